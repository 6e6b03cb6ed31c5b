"""What a known shopper has not bought yet, by all that he has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import confidence, order_weights
from app.engine.lists import Hanging, cut, matrix
from app.engine.shoppers import habits
from app.engine.strategy import Tabled
from app.engine.types import Anchor, Lists, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset

_BLOCK = 2_000


@dataclass(frozen=True)
class Discover(Tabled):
    """The shopper's habits sent through item lists: those given as ``via``, else through co-occurrence."""

    name: ClassVar[str] = "discover"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.NEW
    half_life: float = 120.0
    shrink: float = 2.0
    length: int = 60
    via: Lists | None = None

    def fit(self, data: Dataset) -> Self:
        """Learn what comes next."""
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

        owned = habits(data, self.half_life, self.shrink)
        if self.via is None:
            links = confidence(data, order_weights(data, 0.5, self.half_life), 5.0)
        else:
            links = matrix(self.via, data.items)
        hanging = Hanging(self.anchor, self.reason)
        parts = []
        for first in range(0, owned.shape[0], _BLOCK):
            mine = owned[first : first + _BLOCK]
            next_ones = (mine @ links).tocsr()
            next_ones = next_ones - next_ones.multiply(mine > 0.0)
            next_ones.data = np.maximum(next_ones.data, 0.0)
            next_ones.eliminate_zeros()
            parts.append(matrix(cut(next_ones.tocsr(), self.length, hanging), data.items))
        scores = vstack(parts).tocsr() if parts else csr_matrix((0, data.items))
        return self.keeping(cut(scores, self.length, hanging))
