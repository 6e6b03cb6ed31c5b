"""Bought together, as a probability: small and recent orders count more, thin evidence counts less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import confidence, mass, order_weights
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


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
        scores = confidence(data, weights, self.shrink)
        if self.target_power:
            sold = mass(data, weights)
            share = np.divide(sold, sold.max(initial=0.0), out=np.ones_like(sold), where=sold > 0.0)
            scores.data /= share[scores.indices] ** self.target_power
        return self.keeping(counted(cut(scores, self.length, Hanging(self.anchor, self.reason)), data))
