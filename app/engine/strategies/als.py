"""Matrix factorisation by alternating least squares, folded in: a basket is a new row of the matrix."""

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
class Als(Tabled):
    """Hu, Koren, Volinsky 2008 over orders; ``Y (Y'Y + penalty)^-1 Y'`` folds a basket in by summing rows."""

    name: ClassVar[str] = "als"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    factors: int = 64
    rounds: int = 10
    penalty: float = 0.05
    core: int = 10_000
    length: int = 200
    seed: int = 0

    def fit(self, data: Dataset) -> Self:
        """Factorise."""
        from implicit.als import AlternatingLeastSquares  # noqa: PLC0415  a web process never learns
        from scipy.sparse import csr_matrix  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

        hanging = Hanging(self.anchor, self.reason)
        sold = core_of(data.bought, self.core)
        if not sold.nnz:
            return self.keeping(counted(cut(csr_matrix((data.items, data.items)), 1, hanging), data))
        with threadpool_limits(1):
            model = AlternatingLeastSquares(
                factors=min(self.factors, *sold.shape), iterations=self.rounds, regularization=self.penalty,
                random_state=self.seed, num_threads=1, use_gpu=False,
            )  # fmt: skip
            model.fit(sold, show_progress=False)
            factors = np.asarray(model.item_factors, np.float64)
            inner = factors.T @ factors + self.penalty * np.eye(factors.shape[1])
            scores = (factors @ np.linalg.solve(inner, factors.T)).astype(np.float32)
        near = widened(nearest(scores, self.length), data.items)
        return self.keeping(counted(cut(near, self.length, hanging), data))
