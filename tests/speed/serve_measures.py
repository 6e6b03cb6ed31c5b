"""The measurements of the serving bench, each a row or more of its table."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

import msgspec

from app.bridge import overlay
from app.bridge.config import CHANGES, Notice, What
from app.bridge.overlay import Change
from tests.speed.serve_stage import Size, Stage, generate

Figures = dict[str, object]
_CONNECTIONS = 64
_STEADY = 1_000
_OVERLOAD = 5_000
_SOLD_OUT = 40
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
            asking.items(shop.key, "p1")
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
            item = asking.items(shop.key, f"p{number}")[0]
            began = time.perf_counter()
            overlay.put(stage.valkey, shop.store_id, [Change(item, datetime.now(UTC), stock=0)])
            while any(item in asking.items(shop.key, f"p{number}") for _ in range(2)):
                time.sleep(0.002)
            times.append(time.perf_counter() - began)
            gone.add(item)
        time.sleep(1.5)
        stale = sum(
            not gone.isdisjoint(asking.items(shop.key, f"p{number % 500}")) for number in range(size.stale)
        )
    return {
        "p99 s sold out to not served": round(_high(times), 3),
        "stale serves": stale,
        "looked at": size.stale,
    }


def neighbours(stage: Stage, size: Size) -> Figures:
    """Ask the small shops alone, and again while the largest gets heavy traffic."""
    light = {"url": stage.base, "connections": 8, "rate": _STEADY // 4, "duration": size.seconds}
    alone = generate(stage.light, **light)
    beside = generate(stage.traffic, **{**light, "rate": 2 * _STEADY, "connections": _CONNECTIONS})
    return {"p99 ms of 49 shops alone": alone["p99"], "p99 ms of all at 2,000/s": beside["p99"]}


class _Asking:
    """Two kept connections, one to each of the servers as far as the system spreads them."""

    def __init__(self, stage: Stage) -> None:
        self._at = urlsplit(stage.base)
        self._open: list[http.client.HTTPConnection] = []
        self._next = 0

    def __enter__(self) -> Self:
        self._open = [http.client.HTTPConnection(self._at.hostname or "", self._at.port) for _ in range(8)]
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._open:
            each.close()

    def items(self, key: str, product: str) -> list[str]:
        """Give what the page of a product shows a stranger."""
        self._next += 1
        connection = self._open[self._next % len(self._open)]
        where = f"/v1/recommendations?key={key}&placement=product&product={product}&limit=8"
        connection.request(
            "GET", where, headers={"x-forwarded-for": f"10.9.{self._next // 250 % 250}.{self._next % 250}"}
        )
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != http.client.OK:
            raise RuntimeError(str(told))
        return [item["product_id"] for item in told["items"]]


def _high(times: list[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.99) - 1, 0)]


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
