"""User-kNN: what shoppers with the same habits buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.factors import core_of
from app.engine.lists import Hanging, cut, matrix
from app.engine.shoppers import habits, likeness
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset

_BLOCK = 300


@dataclass(frozen=True)
class Likeminded(Tabled):
    """UP-CF (Faggioli et al. 2020): recent habits of others, by how alike theirs are, and one's own."""

    name: ClassVar[str] = "likeminded"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.HOME
    half_life: float = 120.0
    shrink: float = 2.0
    own: float = 1.0
    core: int = 10_000
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Ask the neighbours."""
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

        owned = core_of(habits(data, self.half_life, self.shrink), self.core)
        hanging = Hanging(self.anchor, self.reason)
        parts = []
        for first in range(0, owned.shape[0], _BLOCK):
            who = np.arange(first, min(first + _BLOCK, owned.shape[0]))
            block = np.asarray(likeness(owned, who) + self.own * owned[who].toarray(), np.float32)
            parts.append(matrix(cut(csr_matrix(block), self.length, hanging), data.items))
        scores = vstack(parts).tocsr() if parts else csr_matrix((0, data.items))
        return self.keeping(cut(scores, self.length, hanging))
