"""Fifty shops for the serving bench: drawn lists as a training publishes them, seeded, with rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.bridge.config import PlacementConfig, StoreConfig
from app.bridge.snapshot import Card, Snapshot, encode
from app.engine.rules import Rule, RuleKind
from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind

Array = NDArray[np.int64]
LARGEST = 100_000
STORES = 50
CUSTOMER_KEY = "c" * 64
RULES = 100
_CATEGORIES = 200
_BRANDS = 400
_LOCATIONS = ("product", "cart", "home", "category", "search", "thank-you")
_PRODUCT = {"together": 1.0, "similar": 0.5, "again": 1.0, "discover": 0.2, "trending": 0.1}
_CART = {"basket": 1.0, "again": 0.4, "discover": 0.1, "trending": 0.01}
_HOME = {"again": 1.0, "discover": 1.0, "together": 0.5, "similar": 0.25, "trending": 0.15, "ranked": 10.0}


@dataclass(frozen=True, slots=True)
class Shop:
    """One drawn shop, and how many products and customers it has."""

    number: int
    items: int
    shoppers: int

    @property
    def store_id(self) -> str:
        return f"shop{self.number:02d}"

    @property
    def key(self) -> str:
        return f"pk_shop{self.number:02d}"

    @property
    def domain(self) -> str:
        return f"shop{self.number:02d}.example"


def shops(largest: int = LARGEST, count: int = STORES) -> list[Shop]:
    """Give the shops: one large, the others of 500 to 5,000 products."""
    rng = np.random.default_rng(0)
    sizes = [largest, *rng.integers(500, 5_000, count - 1).tolist()]
    return [Shop(number, size, max(size // 10, 200)) for number, size in enumerate(sizes)]


def config(shop: Shop) -> StoreConfig:
    """Give the configuration: a holdout, exploration, six placements, in the largest a hundred rules."""
    return StoreConfig(
        store_id=shop.store_id,
        name=shop.store_id,
        currency="EUR",
        domains=(shop.domain,),
        salt=shop.store_id,
        holdout=0.05,
        exploration=0.02,
        placements=tuple(
            PlacementConfig(name, name, "carousel", "Goes well with this", 8, True, free_shipping=5_000)
            for name in _LOCATIONS
        ),
        version="c1",
        rules=rules() if shop.number == 0 else rules()[:3],
        customer_keys=(CUSTOMER_KEY,),
    )


def rules() -> tuple[Rule, ...]:
    """Give a hundred rules of all kinds and conditions."""
    made = []
    for k in range(RULES):
        kind = (RuleKind.BOOST, RuleKind.EXCLUDE, RuleKind.BOOST, RuleKind.PIN)[k % 4]
        given = (
            {"categories": (f"category {k}",)},
            {"brands": (f"brand {k}",), "categories": (f"category {k % 7}",)},
            {"price_from": 100 * k, "price_to": 100 * k + 50},
            {"products": (f"p{k}", f"p{k + 1}"), "position": 1 + k % 8, "locations": ("home",)},
        )[k % 4]
        strength = 1.0 + (k % 5) / 4
        made.append(Rule(f"r{k}", kind, priority=k, strength=strength, **given))
    return tuple(made)


def snapshot(shop: Shop) -> bytes:
    """Give what a training would publish: as many lists, of the same lengths, as that of the demo store."""
    rng = np.random.default_rng(shop.number)
    items, shoppers = shop.items, shop.shoppers
    ids = [f"p{k}" for k in range(items)]
    popular = rng.permutation(items)
    counted = (rng.integers(2, 60, items * 60), rng.integers(60, 900, items))
    lists = {
        "popular": _line(ReasonKind.POPULAR, popular),
        "trending": _line(ReasonKind.TRENDING, rng.permutation(items)[:300]),
        "together": _rows(rng, (Anchor.ITEM, ReasonKind.BOUGHT_TOGETHER), (items, 60), items, counted),
        "similar": _rows(rng, (Anchor.ITEM, ReasonKind.SIMILAR), (items, 80), items),
        "basket": _rows(rng, (Anchor.BASKET, ReasonKind.BOUGHT_TOGETHER), (items, 75), items),
        "again": _rows(rng, (Anchor.SHOPPER, ReasonKind.BOUGHT_BEFORE), (shoppers, 60), items),
        "discover": _rows(rng, (Anchor.SHOPPER, ReasonKind.FOR_YOU), (shoppers, 60), items),
        "ranked": _rows(rng, (Anchor.SHOPPER, ReasonKind.FOR_YOU), (shoppers, 94), items),
    }
    blends = {name: Blend(_HOME) for name in _LOCATIONS}
    blends |= {"product": Blend(_PRODUCT), "cart": Blend(_CART), "thank-you": Blend(_CART)}
    cards = [_card(k, int(price)) for k, price in enumerate(rng.integers(100, 20_000, items))]
    published = Published(
        ids, [f"c{k}" for k in range(shoppers)], lists, blends, [card.category for card in cards]
    )
    return encode(Snapshot("v1", shop.store_id, published, cards))


def _card(number: int, price: int) -> Card:
    return Card(
        product_id=f"p{number}",
        variant_id=f"p{number}-1",
        title=f"A product with quite an ordinary title, series {number % 97}, model {number}",
        url=f"/products/a-product-with-quite-an-ordinary-title-{number}",
        image=f"https://cdn.shop.example/images/products/2026/11/{number}-640x640.webp",
        price_amount=price,
        currency="EUR",
        category=f"category {number % _CATEGORIES}",
        stock=None if number % 2 else 10,
        visible=True,
        brand=f"brand {number % _BRANDS}",
    )


def _line(reason: ReasonKind, order: Array) -> Lists:
    scores = (1.0 / np.arange(1, len(order) + 1)).astype(np.float32)
    return Lists(Anchor.NONE, reason, np.array([0, len(order)], np.int64), order.astype(np.int32), scores)


def _rows(
    rng: np.random.Generator,
    of: tuple[Anchor, ReasonKind],
    shape: tuple[int, int],
    items: int,
    counted: tuple[Array, Array] | None = None,
) -> Lists:
    """Draw rows in which popular items (low numbers) are frequent, as they are in real lists."""
    rows, length = shape
    popular = (items * rng.random((rows, length)) ** 2).astype(np.int32)
    drawn = ((popular + np.arange(length)) % items).astype(np.int32)
    scores = np.sort(rng.random((rows, length)).astype(np.float32), axis=1)[:, ::-1]
    starts = np.arange(rows + 1, dtype=np.int64) * length
    anchor, reason = of
    plain = Lists(anchor, reason, starts, drawn.ravel(), scores.ravel())
    if counted is None:
        return plain
    counts, totals = (each.astype(np.int32) for each in counted)
    return replace(plain, counts=counts, totals=totals, orders=100_000)
