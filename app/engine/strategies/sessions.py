"""Session-kNN: what else was looked at in the latest visits with a product (orders where none are known)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.lists import Hanging, cut, latest
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Sessions(Tabled):
    """The ``most`` latest visits with the item, each by its cosine with it; those of a session are summed."""

    name: ClassVar[str] = "sessions"
    anchor: ClassVar[Anchor] = Anchor.SESSION
    reason: ClassVar[ReasonKind] = ReasonKind.VIEWED_TOGETHER
    task: ClassVar[Task] = Task.PRODUCT
    most: int = 500
    half_life: float = 60.0
    length: int = 120

    def fit(self, data: Dataset) -> Self:
        """Find the visits."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

        seen, ages = (
            (data.visits.seen, data.visits.ages(data.now)) if data.visits else (data.bought, data.ages())
        )
        sizes = np.maximum(np.diff(seen.indptr), 1)
        weights = sizes**-0.5 * 0.5 ** np.minimum(ages / self.half_life, 1_000.0)
        scores = csr_matrix(latest(seen.T.tocsr(), self.most) @ diags(weights) @ seen)
        scores.setdiag(0.0)
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, Hanging(self.anchor, self.reason)))
