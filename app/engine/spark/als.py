"""Matrix factorisation over orders that do not fit here: Spark alternates, the factors come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.factors import nearest, widened
from app.engine.lists import Hanging, cut
from app.engine.spark import session
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class SparkAls(Tabled):
    """Hu, Koren, Volinsky 2008 over orders; a basket is folded in as ``strategies.als`` does."""

    name: ClassVar[str] = "als"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    factors: int = 64
    rounds: int = 10
    penalty: float = 0.05
    confidence: float = 1.0
    core: int = 10_000
    blocks: int = 10
    length: int = 200
    seed: int = 0

    def fit(self, data: Dataset) -> Self:
        """Factorise."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        hanging = Hanging(self.anchor, self.reason)
        if not data.bought.nnz:
            return self.keeping(cut(csr_matrix((data.items, data.items)), 1, hanging))
        factors = self._factors(data)
        inner = factors.T @ factors + self.penalty * np.eye(factors.shape[1])
        scores = (factors @ np.linalg.solve(inner, factors.T)).astype(np.float32)
        return self.keeping(cut(widened(nearest(scores, self.length), data.items), self.length, hanging))

    def _factors(self, data: Dataset) -> NDArray[np.float64]:
        """Give the vectors of the core items."""
        from pyspark.ml.recommendation import ALS  # noqa: PLC0415  only where Spark is used
        from pyspark.sql import functions as f  # noqa: PLC0415

        core = min(self.core, data.items)
        size = min(self.factors, core, data.orders)
        with session.running() as spark, session.baskets(spark, data) as orders:
            lines = orders.select(f.col("order").cast("int"), f.explode("items").alias("item"))
            model = ALS(
                rank=size, maxIter=self.rounds, regParam=self.penalty, seed=self.seed,
                implicitPrefs=True, alpha=self.confidence,
                numUserBlocks=self.blocks, numItemBlocks=self.blocks,
                userCol="order", itemCol="item", ratingCol="bought",
            ).fit(lines.where(f.col("item") < core).withColumn("bought", f.lit(1.0)))  # fmt: skip
            item, vectors = session.column(model.itemFactors, "id", "features")
        factors = np.zeros((core, size))
        factors[np.asarray(item, np.int64)] = np.stack(vectors.tolist())
        return factors
