"""What is bought after: the shopper's next order, the sooner the stronger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import whole
from app.engine.lists import Hanging, cut
from app.engine.pairs import baskets
from app.engine.shoppers import successions
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Sequential(Tabled):
    """P(item in the next order | anchor in this one); a pair of orders counts less by gap and sizes."""

    name: ClassVar[str] = "sequential"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_NEXT
    task: ClassVar[Task] = Task.PRODUCT
    gap_days: float = 30.0
    half_life: float = 90.0
    shrink: float = 2.0
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Count pairs of orders."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

        before, after = successions(data)
        gaps = (data.times[after] - data.times[before]) / 86_400.0
        sizes = np.maximum(data.sizes[before], 1.0) * np.maximum(data.sizes[after], 1.0)
        fading = np.minimum(gaps / self.gap_days + data.ages()[after] / self.half_life, 1_000.0)
        weights = whole(sizes**-0.5 * 0.5**fading)
        held = baskets(data.bought)
        first, second = held[before], held[after]
        scores = csr_matrix(first.T @ diags(weights) @ second)
        doubt = self.shrink * (float(weights.mean()) if len(weights) else 1.0)
        share = 1.0 / np.maximum(first.T @ weights + doubt, np.finfo(np.float64).tiny)
        scores = csr_matrix(diags(share) @ scores)
        scores.setdiag(0.0)
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, Hanging(self.anchor, self.reason)))
