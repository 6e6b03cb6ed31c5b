"""Shops drawn by chance for the bench: items sell by Zipf's law, order sizes are log-normal; seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.dataset import DAY, Dataset
from app.engine.similarity import Descriptions

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def baskets(orders: int, items: int, seed: int = 0) -> csr_matrix:
    """Give orders x items, about 2.4 different items an order."""
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)
    sizes = np.clip(np.round(rng.lognormal(0.6, 0.7, orders)), 1, 200).astype(np.int64)
    shares = 1.0 / np.arange(10, items + 10)
    drawn = np.searchsorted(np.cumsum(shares / shares.sum()), rng.random(int(sizes.sum())))
    columns = np.minimum(drawn, items - 1).astype(np.int32)
    found = csr_matrix((np.ones(len(columns)), columns, np.r_[0, np.cumsum(sizes)]), shape=(orders, items))
    found.sum_duplicates()
    found.data[:] = 1.0
    return found


def store(orders: int, items: int, seed: int = 0) -> Dataset:
    """Give a year of orders; a fifth of them anonymous, five orders a customer."""
    rng = np.random.default_rng(seed)
    customers = max(orders // 5, 1)
    buyers = np.where(rng.random(orders) < 0.2, -1, rng.integers(customers, size=orders))
    kinds = [f"kind {k % 97} series {k % 1009} model {k}" for k in range(items)]
    return Dataset(
        item_ids=tuple(f"p{k}" for k in range(items)),
        shopper_ids=tuple(f"c{k}" for k in range(customers)),
        described=Descriptions(tuple(kinds), tuple(f"c{k % 40}" for k in range(items)), ("",) * items),
        created=np.zeros(items, np.int64),
        bought=baskets(orders, items, seed),
        times=np.sort(rng.integers(365 * DAY, size=orders)),
        buyers=buyers,
        now=365 * DAY,
    )
