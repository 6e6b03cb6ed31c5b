"""Bought together, from orders that do not fit here: the same probabilities, added up by Spark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from app.engine.affinity import UNIT, order_weights
from app.engine.spark import pairs, session
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.types import Lists

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame, SparkSession

    from app.engine.dataset import Dataset
    from app.engine.pairs import Pairs


@dataclass(frozen=True)
class SparkCooccurrence(Cooccurrence):
    """The strategy ``together`` with the same numbers and the same answers; only its lists come back here."""

    def fit(self, data: Dataset) -> Self:
        """Count pairs."""
        weights = np.rint(order_weights(data, self.size_power, self.half_life) * UNIT).astype(np.int64)
        with session.running() as spark, session.baskets(spark, data, weights) as orders:
            alone = pairs.totals(orders, data.items)
            ranked = self._ranked(orders, self._known(spark, alone))
            found = session.column(ranked, "first", "second", "score", "count")
            held = pairs.totals(orders, data.items, of="one")
        return self.keeping(self._listed(found, held))

    def _known(self, spark: SparkSession, alone: Pairs) -> DataFrame:
        """Give what each item's scores are multiplied with: ``item``, ``share``, ``worth``."""
        import pyarrow as pa  # noqa: PLC0415  a web process never learns

        doubt = self.shrink * (alone.weight / alone.orders if alone.orders else UNIT)
        share = 1.0 / np.maximum(alone.totals + doubt, np.finfo(np.float64).tiny)
        best = max(int(alone.totals.max(initial=0)), 1)
        worth = (np.maximum(alone.totals, 1) / best) ** -self.target_power
        item = np.arange(len(share), dtype=np.int32)
        return spark.createDataFrame(pa.table({"item": item, "share": share, "worth": worth}))

    def _ranked(self, orders: DataFrame, known: DataFrame) -> DataFrame:
        """Keep the ``length`` strongest of each item, by score, then by number."""
        from pyspark.sql import Window  # noqa: PLC0415  only where Spark is used
        from pyspark.sql import functions as f  # noqa: PLC0415

        met = pairs.met(orders)
        turned = met.selectExpr("second as first", "first as second", "count", "weight")
        both = met.unionByName(turned)
        both = both.join(f.broadcast(known.selectExpr("item as first", "share")), "first")
        both = both.join(f.broadcast(known.selectExpr("item as second", "worth")), "second")
        scored = both.selectExpr("first", "second", "count", "float(weight * share * worth) as score")
        place = f.row_number().over(Window.partitionBy("first").orderBy(f.desc("score"), "second"))
        return scored.withColumn("place", place).where(f.col("place") <= self.length)

    def _listed(self, found: list[NDArray[np.generic]], held: Pairs) -> Lists:
        first, second = (np.asarray(each, np.int64) for each in found[:2])
        score, count = np.asarray(found[2], np.float32), np.asarray(found[3], np.int32)
        order = np.lexsort((second, -score, first))
        sizes = np.bincount(first, minlength=len(held.totals))
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Lists(
            self.anchor, self.reason, starts, second[order].astype(np.int32), score[order],
            count[order], held.totals.astype(np.int32), held.orders,
        )  # fmt: skip
