"""A store small enough to check by eye: five items, two shoppers, two lists."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256

import numpy as np

from app.bridge.config import PlacementConfig, StoreConfig
from app.bridge.snapshot import Card, Snapshot
from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind

LOCATIONS = ("product", "cart", "home", "category", "search", "thank-you")
CUSTOMER_KEY = "the key of the toy store's customers"
ITEMS = ("cup", "saucer", "spoon", "tea", "pot")


def card(product_id: str) -> Card:
    return Card(
        product_id=product_id,
        variant_id=f"{product_id}-L" if product_id == "pot" else None,
        title=f'{product_id.upper()} "fine" <é>',
        url=f"/shop/product/{product_id}",
        image=f"/shop/tile/{product_id}.svg",
        price_amount=295,
        currency="GBP",
        category="food" if product_id == "tea" else "china",
        stock=None,
        visible=True,
    )


def lists(anchor: Anchor, reason: ReasonKind, rows: list[list[int]], count: int = 0) -> Lists:
    items = [item for row in rows for item in row]
    scores = [1.0 / (1 + place) for row in rows for place in range(len(row))]
    return Lists(
        anchor,
        reason,
        np.cumsum([0, *map(len, rows)]).astype(np.int64),
        np.array(items, np.int32),
        np.array(scores, np.float32),
        np.array([count] * len(items) if count else [], np.int32),
        np.array([500] * len(rows) if count else [], np.int32),
    )


def published() -> Published:
    """Cup goes with saucer, spoon and tea; the order of popularity is tea, cup, pot, saucer, spoon."""
    together = [[1, 2, 3], [0], [0], [], []]
    return Published(
        item_ids=ITEMS,
        shopper_ids=("anna", "ben"),
        lists={
            "together": lists(Anchor.BASKET, ReasonKind.BOUGHT_TOGETHER, together, count=41),
            "popular": lists(Anchor.NONE, ReasonKind.POPULAR, [[3, 0, 4, 1, 2]]),
        },
        blends={
            location: Blend(
                {"together": 1.0, "popular": 0.01} if location in {"product", "cart"} else {"popular": 1.0}
            )
            for location in LOCATIONS
        },
        categories=tuple(card(item).category for item in ITEMS),
    )


def snapshot(version: str = "m1", store_id: str = "toys", **cards: dict[str, object]) -> Snapshot:
    """Give the toy snapshot; ``tea={"stock": 0}`` changes a card."""
    made = [replace(card(item), **cards.get(item, {})) for item in ITEMS]  # type: ignore[arg-type]
    return Snapshot(version, store_id, published(), made)


def signed(customer: str, expires: int = 4_102_444_800) -> str:
    """Give a customer's token as the toy store's server would, good until 2100."""
    told = f"{customer}.{expires}"
    return f"{told}.{hmac.new(CUSTOMER_KEY.encode(), told.encode(), sha256).hexdigest()}"


def config(store_id: str = "toys", **changes: object) -> StoreConfig:
    made = StoreConfig(
        store_id=store_id,
        name="Toys",
        currency="GBP",
        domains=("shop.example",),
        salt="salt",
        holdout=0.05,
        exploration=0.0,
        placements=tuple(
            PlacementConfig(location, location, "grid", f"On {location}", 3, active=True)
            for location in LOCATIONS
        ),
        version="c1",
        customer_keys=(CUSTOMER_KEY,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]
