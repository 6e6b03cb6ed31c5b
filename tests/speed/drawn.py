"""Shops for the bench: by chance (items sell by Zipf's law, order sizes are log-normal), and the demo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.demo import dataset
from app.engine.dataset import DAY, Catalog, Dataset, OrderLines, assemble
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


def variants(orders: int, items: int) -> Dataset:
    """A large catalogue in which tens of thousands of titles share their words; two products an order."""
    colours, sizes, kinds = ("red", "blue", "green", "black"), ("small", "medium", "large"), ("shirt", "mug")
    titles = [
        f"{colours[k % 4]} {sizes[k % 3]} {kinds[k % 2]} no {k // 10} of the spring collection"
        for k in range(items)
    ]
    lines = [
        (f"o{order}", order * DAY, f"p{(2 * order + k) % 30:06}") for order in range(orders) for k in (0, 1)
    ]
    blank = [""] * items
    return assemble(
        OrderLines(
            [line[0] for line in lines],
            np.asarray([line[1] for line in lines], np.int64),
            [""] * len(lines),
            [line[2] for line in lines],
            np.ones(len(lines)),
            np.zeros(len(lines)),
        ),
        Catalog([f"p{k:06}" for k in range(items)], titles, blank, blank, np.zeros(items), np.arange(items)),
    )


def demo() -> Dataset:
    """The demo store as it is shipped."""
    past = dataset.read()
    rows = [(order, line) for order in past.orders for line in order.lines]
    blank = [""] * len(past.products)
    return assemble(
        OrderLines(
            [order.order_id for order, _ in rows],
            np.asarray([int(order.created_at.timestamp()) for order, _ in rows], np.int64),
            [order.customer_id or "" for order, _ in rows],
            [line.product_id for _, line in rows],
            np.asarray([line.quantity for _, line in rows], np.float64),
            np.asarray([line.unit_price for _, line in rows], np.float64),
        ),
        Catalog(
            [each.product_id for each in past.products],
            [each.title for each in past.products],
            blank,
            blank,
            np.asarray([each.price for each in past.products], np.float64),
            np.zeros(len(blank), np.int64),
        ),
    )


def files(folder: Path) -> tuple[Path, Path, Path]:
    """Write the demo store as `alongside rank` reads it: orders, products, and queries."""
    import pandas as pd

    past = dataset.read()
    orders, products, queries = (
        folder / "orders.parquet",
        folder / "products.parquet",
        folder / "queries.jsonl",
    )
    named = ("order_id", "created_at", "customer_id", "product_id", "quantity", "price")
    lines = [
        (order.order_id, order.created_at, order.customer_id, line.product_id, line.quantity, line.unit_price)
        for order in past.orders
        for line in order.lines
    ]
    pd.DataFrame(lines, columns=list(named)).to_parquet(orders)
    shelf = [(each.product_id, each.title) for each in past.products]
    pd.DataFrame(shelf, columns=["product_id", "title"]).to_parquet(products)
    asked: list[dict[str, object]] = [{"placement": "product", "product": name} for name, _ in shelf]
    carts = [[line.product_id for line in order.lines] for order in past.orders[::10]]
    asked += [{"placement": "cart", "basket": basket} for basket in carts]
    queries.write_text("".join(json.dumps({"id": k} | one) + "\n" for k, one in enumerate(asked)))
    return orders, products, queries
