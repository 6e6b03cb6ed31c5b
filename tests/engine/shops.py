"""Small shops whose orders can be read by eye, and one that is drawn by chance."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from app.engine.dataset import DAY, Catalog, Dataset, OrderLines, assemble

Basket = tuple[int, str, Sequence[str]]
"""Day, customer ("" = unknown), products."""

TITLES = {"tea": "green tea", "pot": "tea pot", "mug": "tall mug", "cup": "small mug", "jam": "plum jam"}


def shop(baskets: Sequence[Basket], titles: dict[str, str] | None = None) -> Dataset:
    """One order a basket, numbered in their order; products as in ``TITLES`` unless said."""
    told = TITLES if titles is None else titles
    rows = [
        (f"o{number:05}", day * DAY + number, customer, product)
        for number, (day, customer, products) in enumerate(baskets)
        for product in products
    ]
    lines = OrderLines(
        orders=[row[0] for row in rows],
        times=np.asarray([row[1] for row in rows], np.int64),
        customers=[row[2] for row in rows],
        products=[row[3] for row in rows],
        quantities=np.ones(len(rows)),
        prices=np.ones(len(rows)),
    )
    return assemble(lines, catalog(told))


def catalog(titles: dict[str, str]) -> Catalog:
    blank = [""] * len(titles)
    created = np.arange(len(titles), dtype=np.int64)  # the last one is the newest
    return Catalog(list(titles), list(titles.values()), blank, blank, np.zeros(len(titles)), created)


FIVE = shop(
    [
        (0, "ann", ["tea", "pot"]),
        (1, "bob", ["tea", "pot", "mug"]),
        (2, "", ["tea", "jam"]),
        (3, "ann", ["mug", "cup"]),
        (4, "ann", ["tea", "pot"]),
    ]
)


def drawn_shop(orders: int, products: int = 40, seed: int = 1) -> Dataset:
    """Products come in families of four that are bought together; shoppers come back to their families."""
    rng = Random(seed)
    names = {f"p{number:03}": f"family{number // 4} thing{number}" for number in range(products)}
    families = products // 4
    baskets: list[Basket] = []
    for number in range(orders):
        shopper = rng.randrange(30)
        family = (shopper + rng.choice((0, 0, 0, 1))) % families
        chosen = [
            *rng.sample([f"p{family * 4 + k:03}" for k in range(4)], 3),
            f"p{rng.randrange(products):03}",
        ]
        baskets.append((number // 4, f"c{shopper}" if rng.random() < 0.8 else "", sorted(set(chosen))))
    return shop(baskets, names)
