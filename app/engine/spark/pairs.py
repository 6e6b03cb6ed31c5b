"""Orders counted by Spark: the whole numbers of ``engine.pairs``, to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.pairs import LARGEST, Pairs
from app.engine.spark.session import column

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def met(orders: DataFrame) -> DataFrame:
    """Give ``first`` < ``second``, ``count`` and ``weight`` of the orders with both, for pairs that meet."""
    from pyspark.sql import functions as f  # noqa: PLC0415  only where Spark is used

    small = orders.where(f.size("items") <= LARGEST)
    firsts = small.select("items", "weight", f.posexplode("items").alias("place", "first"))
    seconds = f.explode(f.expr("slice(items, place + 2, size(items))")).alias("second")
    sums = (f.count("*").alias("count"), f.sum("weight").alias("weight"))
    return firsts.select("weight", "first", seconds).groupBy("first", "second").agg(*sums)


def counted(orders: DataFrame, items: int) -> Pairs:
    """Fetch all pairs by their weight; for what fits the driver."""
    first, second, weight = (np.asarray(each, np.int64) for each in column(met(orders), *_PAIR))
    keys = first * items + second
    order = np.argsort(keys)
    alone = totals(orders, items)
    return Pairs(keys[order], weight[order], alone.totals, alone.orders, alone.weight)


def totals(orders: DataFrame, items: int, of: str = "weight") -> Pairs:
    """Count without the pairs; ``of`` = ``weight``, or ``one`` for orders that all weigh 1."""
    from pyspark.sql import functions as f  # noqa: PLC0415  only where Spark is used

    weighed = orders if of == "weight" else orders.withColumn("weight", f.lit(1))
    lines = weighed.select("weight", f.explode("items").alias("item"))
    item, weight = column(lines.groupBy("item").agg(f.sum("weight").alias("weight")), "item", "weight")
    spread = np.zeros(items, np.int64)
    spread[np.asarray(item, np.int64)] = weight
    whole = weighed.agg(f.count("*").alias("orders"), f.coalesce(f.sum("weight"), f.lit(0)).alias("weight"))
    number, sum_of_all = (int(each[0]) for each in column(whole, "orders", "weight"))
    nothing = np.empty(0, np.int64)
    return Pairs(nothing, nothing, spread, number, sum_of_all)


_PAIR = ("first", "second", "weight")
