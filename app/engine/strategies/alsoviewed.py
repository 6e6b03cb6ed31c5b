"""Also viewed: what is looked at in the same visits. Silent where no visits are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.lists import Hanging, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class AlsoViewed(Tabled):
    """P(looked at | anchor looked at), shrunk; recent visits count more."""

    name: ClassVar[str] = "alsoviewed"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.VIEWED_TOGETHER
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 30.0
    shrink: float = 5.0
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Count visits."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

        hanging = Hanging(self.anchor, self.reason)
        if data.visits is None:
            return self.keeping(cut(csr_matrix((data.items, data.items)), self.length, hanging))
        seen = data.visits.seen
        weights = 0.5 ** np.minimum(data.visits.ages(data.now) / self.half_life, 1_000.0)
        both = csr_matrix(seen.T @ diags(weights) @ seen)
        scores = csr_matrix(diags(1.0 / (both.diagonal() + self.shrink)) @ both)
        scores.setdiag(0.0)
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, hanging))
