"""The measurements of the serving bench, each a row or more of its table."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, Self
from urllib.parse import urlsplit

import msgspec

from app.bridge import overlay
from app.bridge.config import CHANGES, Notice, What
from app.bridge.overlay import Change
from tests.speed.bench_events import measure_events
from tests.speed.serve_stage import Size, Stage, generate
from tests.speed.shops import Shop

Figures = dict[str, object]
_CONNECTIONS = 64
_STEADY = 1_000
_OVERLOAD = 5_000
_SOLD_OUT = 40
_ASKING = 16
_CLICKED = 100
_ITEM = re.compile(rb'"product_id":"([^"]*)"')
_MB = 2**20


def steady(stage: Stage, size: Size) -> Figures:
    """Answer a thousand requests a second, after as many to get warm."""
    options = {"url": stage.base, "connections": _CONNECTIONS, "rate": _STEADY}
    generate(stage.traffic, **options, duration=size.seconds)
    told = generate(stage.traffic, **options, duration=size.seconds)
    found: Figures = {f"{name} ms at 1,000/s": told[name] for name in ("p50", "p95", "p99")}
    return found | {"not 200 at 1,000/s": told["other"] + told["errors"]}


def saturated(stage: Stage, size: Size) -> Figures:
    """Answer as fast as can be, beside nginx."""
    options = {"connections": _CONNECTIONS, "duration": size.seconds}
    before = stage.cpu()
    told = generate(stage.traffic, url=stage.base, **options)
    found: Figures = {
        "requests/s": told["rps"],
        "CPU us a request": round((stage.cpu() - before) / max(told["requests"], 1) * 1e6, 1),
    }
    if stage.nginx is not None:
        static = generate("-", url=stage.nginx, **options)
        found |= {"nginx requests/s": static["rps"], "ratio to nginx": round(told["rps"] / static["rps"], 3)}
    return found


def overloaded(stage: Stage, size: Size) -> Figures:
    """Answer five times as many as it was made for."""
    told = generate(
        stage.traffic,
        url=stage.base,
        connections=4 * _CONNECTIONS,
        rate=_OVERLOAD,
        duration=size.seconds,
    )
    whole = max(told["ok"] + told["other"] + told["errors"], 1)
    return {
        "share of 200 at 5,000/s": round(told["ok"] / whole, 6),
        "p99 ms at 5,000/s": told["p99"],
        "answered/s at 5,000/s": told["rps"],
    }


def memory(stage: Stage, _size: Size) -> Figures:
    """Tell the proportional share of memory of the larger of the workers."""
    shares = [process.memory_full_info().pss / _MB for process in stage.workers()]
    return {"PSS MB a worker": round(max(shares), 1)}


def cold(stage: Stage, size: Size) -> Figures:
    """Time the first answer of the largest store after its cache was cleared."""
    shop, times = stage.shops[0], []
    notice = msgspec.json.encode(Notice(shop.store_id, What.CLEAR))
    with _Asking(stage) as asking:
        for _ in range(size.colds):
            stage.valkey.publish(CHANGES, notice)
            time.sleep(0.5)
            began = time.perf_counter()
            asking.items(_page(shop, "p1"))
            times.append((time.perf_counter() - began) * 1000)
    return {
        "p99 ms of a cold store": round(_high(times), 1),
        "p50 ms of a cold store": round(_middle(times), 1),
    }


def sold_out(stage: Stage, size: Size) -> Figures:
    """Time from the change in the overlay until no page shows the item, then look again for stale ones."""
    shop, times, gone = stage.shops[0], [], set()
    with _Asking(stage) as asking:
        for number in range(_SOLD_OUT):
            page = _page(shop, f"p{number}")
            item = asking.items(page)[0]
            began = time.perf_counter()
            overlay.put(stage.valkey, shop.store_id, [Change(item, datetime.now(UTC), stock=0)])
            while any(item in shown for shown in asking.everywhere(page)):
                time.sleep(0.002)
            times.append(time.perf_counter() - began)
            gone.add(item)
        time.sleep(1.5)
        pages = (_page(shop, f"p{number % 500}") for number in range(size.stale))
        stale = sum(not gone.isdisjoint(shown) for shown in asking.all(pages))
    return {
        "p99 s sold out to not served": round(_high(times), 3),
        "stale serves": stale,
        "looked at": size.stale,
    }


def clicked(stage: Stage, _size: Size) -> Figures:
    """Time from the answer to a click until every connection gives the visitor another page than before."""
    shop, times = stage.shops[1], []
    with _Asking(stage) as asking:
        for number in range(_CLICKED):
            page = f"/v1/recommendations?key={shop.key}&placement=home&limit=8&visitor=clicks{number}"
            before = asking.items(page)
            asking.click(shop, f"clicks{number}", f"p{number}")
            began = time.perf_counter()
            while before and any(before == now for now in asking.everywhere(page)):
                if time.perf_counter() - began > 1:
                    break
            times.append((time.perf_counter() - began) * 1000)
    return {"p99 ms click to next answer": round(_high(times), 1)}


def neighbours(stage: Stage, size: Size) -> Figures:
    """Ask the 49 small shops alone, and again while the largest alone gets heavy traffic."""
    usual = {"url": stage.base, "connections": _CONNECTIONS}
    light = {**usual, "rate": _STEADY // 4, "duration": size.seconds}
    heavy = {**usual, "rate": 2 * _STEADY}
    generate(stage.light, **light)  # to get warm
    alone = generate(stage.light, **light)
    with ThreadPoolExecutor(1) as beside:
        loud = beside.submit(generate, stage.heavy, **heavy, duration=size.seconds + 2)
        disturbed = generate(stage.light, **light)
    return {
        "p99 ms of small shops alone": alone["p99"],
        "p99 ms of small shops beside 2,000/s": disturbed["p99"],
        "not 200 of small shops beside": disturbed["other"] + disturbed["errors"],
        "answered/s of the largest beside": loud.result()["rps"],
    }


def events(size: Size) -> Figures:
    """Bring beacons to the database, on servers of their own."""
    told = measure_events(size.events)
    figures: Figures = {"events/s stored": round(told.per_second)}
    return figures | {"CPU us an event": round(sum(told.cpu_us.values()), 1)}


class _Asking:
    """Kept connections, which the system spreads over the servers; each has one question at a time."""

    def __init__(self, stage: Stage) -> None:
        at = urlsplit(stage.base)
        self._at = (at.hostname or "", at.port or 80)
        self._open: list[socket.socket] = []
        self._read: list[BinaryIO] = []
        self._asked = 0

    def __enter__(self) -> Self:
        self._open = [socket.create_connection(self._at, timeout=30) for _ in range(_ASKING)]
        self._read = [each.makefile("rb") for each in self._open]
        return self

    def __exit__(self, *_: object) -> None:
        for answer in self._read:
            answer.close()
        for line in self._open:
            line.close()

    def items(self, page: str) -> list[str]:
        """Give what a page shows."""
        return next(self.all([page]))

    def everywhere(self, page: str) -> list[list[str]]:
        """Give what it shows on every connection."""
        return list(self.all([page] * _ASKING))

    def all(self, pages: Iterable[str]) -> Iterator[list[str]]:
        """Give what each page shows, as many asked for at once as there are connections."""
        waiting = iter(pages)
        while round_ := list(islice(waiting, _ASKING)):
            for line, page in zip(self._open, round_, strict=False):
                line.sendall(f"GET {page} HTTP/1.1\r\n{self._head()}\r\n".encode())
            for answer in self._read[: len(round_)]:
                yield [item.decode() for item in _ITEM.findall(_body(answer, b"200"))]

    def click(self, shop: Shop, visitor: str, product: str) -> None:
        """Tell that a visitor clicked a product."""
        event = {"id": visitor, "kind": "click", "slate_id": "s", "product_id": product, "position": 1}
        at = datetime.now(UTC).isoformat()
        body = msgspec.json.encode({"visitor": visitor, "events": [{**event, "at": at}]})
        head = f"POST /v1/events?key={shop.key} HTTP/1.1\r\n{self._head()}Content-Length: {len(body)}\r\n\r\n"
        self._open[0].sendall(head.encode() + body)
        _body(self._read[0], b"204")

    def _head(self) -> str:
        """Give the head of somebody new, so that no limit counts."""
        self._asked += 1
        return f"Host: shop\r\nX-Forwarded-For: 10.9.{self._asked // 250 % 250}.{self._asked % 250}\r\n"


def _page(shop: Shop, product: str) -> str:
    return f"/v1/recommendations?key={shop.key}&placement=product&product={product}&limit=8"


def _body(answer: BinaryIO, wanted: bytes) -> bytes:
    """Read one answer. Raises RuntimeError where its status is another."""
    status, length = answer.readline(), 0
    while (line := answer.readline()) not in {b"\r\n", b""}:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = answer.read(length)
    if not status.startswith(b"HTTP/1.1 " + wanted):
        raise RuntimeError((status + body).decode())
    return body


def _high(times: list[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.99) - 1, 0)]


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
