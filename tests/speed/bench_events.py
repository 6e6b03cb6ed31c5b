"""Events per second, from the beacon's request to the committed row, with the processes of production.

Beacons are posted on 128 kept connections as fast as they are answered; a run ends when the last event is in
the database. Whoever is slower, the desk or the intake, decides the figure.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import psutil
from sqlalchemy import text

from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime
from tests.faults.plan import SMALL, draw
from tests.faults.stage import stage

_EVENTS = 200_000
_BATCH = 20
_STORES = 5
_SENDERS = 2
_LINES = 64  # connections of a sender
_SETTLED_WITHIN = 300.0
_QUIET = 0.15  # CPU seconds a second, of all processes


@dataclass(frozen=True, slots=True)
class Measured:
    """``seconds`` until all rows were committed, ``answered`` until the last beacon was answered.

    ``cpu_us`` is what one event cost all processes but the sender's, by process.
    """

    events: int
    seconds: float
    answered: float
    per_second: float
    cpu_us: dict[str, float]


def measure_events(events: int = _EVENTS) -> Measured:
    """Measure on servers of its own. Raises AssertionError where an event is lost."""
    with stage() as servers:
        keys = [servers.store(draw(seed, SMALL)) for seed in range(_STORES)]
        _wait_until_quiet()
        before, began = _cpu(), time.monotonic()
        share = events // _SENDERS
        command = [sys.executable, "-m", "tests.speed.bench_events", "send", str(servers.port), str(share)]
        public = [store.public_key for store in keys]
        senders = [subprocess.Popen([*command, *public]) for _ in range(_SENDERS)]
        assert [sender.wait() for sender in senders] == [0] * _SENDERS
        answered = time.monotonic() - began
        stores = [StoreId(store.store_id) for store in keys]
        while _kept(servers.runtime, stores) < share * _SENDERS:
            assert time.monotonic() - began < _SETTLED_WITHIN, "events are lost, or it takes too long"
            time.sleep(0.05)
        seconds = time.monotonic() - began
        sent = share * _SENDERS
        spent = {name: 1e6 * (used - before[name]) / sent for name, used in _cpu().items()}
    return Measured(sent, seconds, answered, sent / seconds, spent)


def _wait_until_quiet() -> None:
    """What has just been started loads for a while: that is no cost of an event."""
    before = sum(_cpu().values())
    for _ in range(60):
        time.sleep(1.0)
        now = sum(_cpu().values())
        if now - before < _QUIET:
            return
        before = now


def _kept(runtime: Runtime, stores: list[StoreId]) -> int:
    total = 0
    for store_id in stores:
        with runtime.unit(store_id) as unit:
            total += unit.session.execute(text("select count(*) from events")).scalar_one()
    return total


def _cpu() -> dict[str, float]:
    """CPU seconds so far of our processes, by what they are."""
    spent: dict[str, float] = defaultdict(float)
    for process in psutil.Process().children(recursive=True):
        try:
            words = process.cmdline()
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        name = process.name()
        if "granian" in " ".join(words):
            name = "web"
        elif "app.cli" in words:
            name = words[words.index("app.cli") + 1]
        spent[name] += used.user + used.system
    return spent


def _send(port: int, events: int, keys: list[str]) -> None:
    """Post beacons on several kept connections at once, as browsers do; each waits for its answer."""
    now = datetime.now(UTC).isoformat()
    lines = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(_LINES)]
    starts = range(0, events, _BATCH)
    for round_ in range(0, len(starts), _LINES):
        asked = list(zip(lines, starts[round_ : round_ + _LINES], strict=False))
        for line, start in asked:
            key = keys[start // _BATCH % len(keys)]
            line.sendall(_beacon(start, min(_BATCH, events - start), now, key))
        for line, _ in asked:
            answer = line.recv(4096)
            assert answer.startswith(b"HTTP/1.1 204"), answer
    for line in lines:
        line.close()


def _beacon(start: int, events: int, now: str, key: str) -> bytes:
    slate = new_id()
    told = [
        {
            "id": f"{slate}:{place}:i",
            "kind": "impression",
            "slate_id": slate,
            "product_id": str(20_000 + (start + place) % 4_000),
            "position": place,
            "at": now,
        }
        for place in range(1, events + 1)
    ]
    body = msgspec.json.encode({"visitor": f"v_{slate}", "events": told})
    head = f"POST /v1/events?key={key} HTTP/1.1\r\nHost: shop\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["send"]:
        _send(int(arguments[1]), int(arguments[2]), arguments[3:])
        return
    told = measure_events(int(arguments[0]) if arguments else _EVENTS)
    print(
        f"{told.per_second:,.0f} events/s stored ({told.events:,} in {told.seconds:.1f} s,"
        f" the last was answered after {told.answered:.1f} s; load {os.getloadavg()[0]:.0f})"
    )
    print("CPU µs an event: " + ", ".join(f"{name} {cost:.1f}" for name, cost in told.cpu_us.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
