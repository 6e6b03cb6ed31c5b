"""What pages ask: 60 % product pages, 30 % carts of eight, 10 % home; half of the shoppers are known."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from app.serving.identity import sign
from tests.speed.shops import CUSTOMER_KEY, Shop

KNOWN = 0.5
HEAVY = 0.5
"""Share of the shoppers that are known, and of the requests that are for the largest store."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a page."""

    method: str
    path: str
    body: str
    headers: dict[str, str]


def requests(shops: Sequence[Shop], count: int, heavy: float = HEAVY) -> Iterator[Request]:
    """Yield so many requests, the share ``heavy`` for the first shop; items are asked for by Zipf's law.

    Each client has an address of its own.
    """
    rng = Random(1)
    until = int(time.time()) + 24 * 60 * 60
    for number in range(count):
        shop = shops[0] if rng.random() < heavy else rng.choice(shops[1:])
        yield _request(rng, shop, number, until)


def _request(rng: Random, shop: Shop, number: int, until: int) -> Request:
    who = {"visitor": f"v_{rng.randrange(10**9):x}"}
    if rng.random() < KNOWN:
        who["customer"] = sign(CUSTOMER_KEY, f"c{rng.randrange(shop.shoppers)}", until)
    address = f"10.{number % 250}.{number // 250 % 250}.7"
    headers = {"origin": f"https://{shop.domain}", "x-forwarded-for": address}
    drawn = rng.random()
    if drawn < 0.3:
        lines = [{"product_id": _item(rng, shop), "quantity": 1} for _ in range(8)]
        body = json.dumps({"lines": lines, "limit": 4, **who})
        return Request("POST", f"/v1/cart?key={shop.key}", body, {**headers, "content-type": "text/plain"})
    asked = {"key": shop.key, "placement": "home", "limit": "8", **who}
    if drawn < 0.9:
        asked |= {"placement": "product", "product": _item(rng, shop)}
    return Request("GET", f"/v1/recommendations?{urlencode(asked)}", "", headers)


def _item(rng: Random, shop: Shop) -> str:
    """Draw an item: the k-th most visited about 1 / k as often as the first."""
    return f"p{min(int((shop.items + 10) ** rng.random()) - 1, shop.items - 1)}"
