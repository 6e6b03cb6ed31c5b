"""A small sample of the demo store: all orders of some of its shoppers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pyarrow.parquet import read_table

from app.engine.dataset import Catalog, Dataset, OrderLines, assemble

DATA = Path(__file__).parents[2] / "app" / "demo" / "data"


def sample(shoppers: int, seed: int = 0) -> Dataset:
    """Draw shoppers; nobody else's orders are in it, but all products are."""
    orders, lines, products = (
        read_table(DATA / f"{name}.parquet") for name in ("orders", "lines", "products")
    )
    customers = orders["customer_id"].to_pandas().fillna(-1).to_numpy(np.int64)
    who = np.random.default_rng(seed).permutation(np.unique(customers[customers >= 0]))[:shoppers]
    order_of = np.repeat(np.arange(len(customers)), orders["lines"].to_numpy())
    kept = np.flatnonzero(np.isin(customers, who)[order_of])
    seconds = orders["created_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    ids, prices = products["product_id"].to_pylist(), products["price"].to_numpy().astype(np.float64)
    blank = [""] * len(ids)
    sold = Catalog(ids, products["title"].to_pylist(), blank, blank, prices, np.zeros(len(ids), np.int64))
    mine = order_of[kept]
    return assemble(
        OrderLines(
            orders=[str(order) for order in orders["order_id"].to_numpy()[mine]],
            times=seconds[mine],
            customers=[str(customer) for customer in customers[mine]],
            products=[ids[product] for product in lines["product"].to_numpy()[kept]],
            quantities=lines["quantity"].to_numpy()[kept].astype(np.float64),
            prices=lines["price"].to_numpy()[kept].astype(np.float64),
        ),
        sold,
    )
