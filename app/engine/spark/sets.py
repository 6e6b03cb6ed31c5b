"""What completes a set that is in the basket: frequent sets of up to four items, by Spark's FP-growth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.lists import Hanging, cut
from app.engine.spark import pairs, session
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset

Sets = dict[frozenset[int], int]


@dataclass(frozen=True)
class SparkSets(Tabled):
    """FP-growth (Li et al. 2008), bounded before it starts.

    Looked at are the ``core`` items of most lines, in wide orders the ``widest`` rarest of them, and sets
    that as many orders hold as at most ``most_pairs`` pairs. A rule {A, B} -> C gives A and B half of its
    confidence each, so that a basket that holds both has all of it.
    """

    name: ClassVar[str] = "sets"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    core: int = 300
    widest: int = 40
    most_pairs: int = 400
    fewest: int = 5
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Find the sets."""
        lists = cut(_scores(self.frequent(data), data.items), self.length, Hanging(self.anchor, self.reason))
        return self.keeping(lists)

    def frequent(self, data: Dataset) -> Sets:
        """Give the frequent sets of one to four items, and how many orders hold each."""
        from pyspark.ml.fpm import FPGrowth  # noqa: PLC0415  only where Spark is used
        from pyspark.sql import functions as f  # noqa: PLC0415

        if not data.orders:
            return {}
        with session.running() as spark, session.baskets(spark, data) as orders:
            trimmed = self._trimmed(orders).cache()
            (met,) = session.column(pairs.met(trimmed), "count")
            bar = self.fewest
            if len(met) > self.most_pairs:
                bar = max(bar, int(np.sort(met)[-self.most_pairs]) + 1)
            share = (bar - 0.5) / max(trimmed.count(), 1)
            if share > 1.0:
                return {}
            found = FPGrowth(itemsCol="items", minSupport=share).fit(trimmed).freqItemsets
            items, counts = session.column(found.where(f.size("items") <= _LARGEST), "items", "freq")
        return {frozenset(each.tolist()): int(count) for each, count in zip(items, counts, strict=True)}

    def _trimmed(self, orders: DataFrame) -> DataFrame:
        """Items are numbered from the most bought one: the rarest of an order are its last."""
        from pyspark.sql import functions as f  # noqa: PLC0415  only where Spark is used

        kept = orders.select(f.expr(f"filter(items, item -> item < {self.core})").alias("items"), "weight")
        rarest = f"slice(items, greatest(size(items) - {self.widest - 1}, 1), {self.widest}) as items"
        return kept.selectExpr(rarest, "weight").where("size(items) > 0")


_LARGEST = 4


def _scores(found: Mapping[frozenset[int], int], items: int) -> csr_matrix:
    """Give the strongest rule of each pair of a left item and the right one."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    best: dict[tuple[int, int], float] = {}
    for whole in found:
        for right in whole if len(whole) > 1 else ():
            left = whole - {right}
            worth = found[whole] / found[left] / len(left)
            for one in left:
                best[one, right] = max(best.get((one, right), 0.0), worth)
    cells = sorted(best)
    rows, columns = [cell[0] for cell in cells], [cell[1] for cell in cells]
    return csr_matrix(([best[cell] for cell in cells], (rows, columns)), shape=(items, items))
