"""Matrix factorisation by pairwise ranking: what is in an order should stand before what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.factors import core_of, nearest, widened
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Bpr(Tabled):
    """Rendle et al. 2009 over orders; items are alike by the cosine of their factors."""

    name: ClassVar[str] = "bpr"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    factors: int = 64
    rounds: int = 60
    core: int = 10_000
    length: int = 200
    seed: int = 0

    def fit(self, data: Dataset) -> Self:
        """Factorise."""
        from implicit.bpr import BayesianPersonalizedRanking  # noqa: PLC0415  a web process never learns
        from scipy.sparse import csr_matrix  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

        hanging = Hanging(self.anchor, self.reason)
        sold = core_of(data.bought, self.core)
        if not sold.nnz:
            return self.keeping(counted(cut(csr_matrix((data.items, data.items)), 1, hanging), data))
        with threadpool_limits(1):
            model = BayesianPersonalizedRanking(
                factors=self.factors, iterations=self.rounds, learning_rate=0.05,
                random_state=self.seed, num_threads=1, use_gpu=False,
            )  # fmt: skip
            model.fit(sold, show_progress=False)
            factors = np.nan_to_num(np.asarray(model.item_factors, np.float32))
            norms = np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
            scores = (factors / norms) @ (factors / norms).T
        near = widened(nearest(scores, self.length), data.items)
        return self.keeping(counted(cut(near, self.length, hanging), data))
