"""Bought together, as a probability: small and recent orders count more, thin evidence counts less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine import affinity
from app.engine.affinity import order_weights
from app.engine.lists import Hanging, counted, cut, stacked
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset
    from app.engine.pairs import Pairs
    from app.engine.types import Lists


@dataclass(frozen=True)
class Cooccurrence(Tabled):
    """P(item | anchor) over weighted orders, shrunk by ``shrink``, over the item's mass^target_power."""

    name: ClassVar[str] = "together"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 60.0
    size_power: float = 0.5
    shrink: float = 5.0
    target_power: float = 0.0
    length: int = 120

    def fit(self, data: Dataset) -> Self:
        """Count pairs."""
        weights = order_weights(data, self.size_power, self.half_life)
        return self.keeping(counted(self.told(affinity.counted(data, weights)), data))

    def told(self, pairs: Pairs) -> Lists:
        """Give the lists that follow from weighted counts."""
        best = max(int(pairs.totals.max(initial=0)), 1)
        worth = (np.maximum(pairs.totals, 1) / best) ** -self.target_power
        parts = []
        for scores in affinity.shares(pairs, self.shrink):
            scores.data *= worth[scores.indices]
            parts.append(cut(scores, self.length, Hanging(self.anchor, self.reason)))
        return stacked(parts, Hanging(self.anchor, self.reason))
