"""What sells now: popularity with a short memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import mass, order_weights
from app.engine.strategy import Tabled
from app.engine.types import Anchor, Lists, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Trending(Tabled):
    """The ``length`` items with most recent orders, 1 = the most; an item without orders is not in it."""

    name: ClassVar[str] = "trending"
    anchor: ClassVar[Anchor] = Anchor.NONE
    reason: ClassVar[ReasonKind] = ReasonKind.TRENDING
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 14.0
    length: int = 300

    def fit(self, data: Dataset) -> Self:
        """Learn what sells now."""
        sold = mass(data, order_weights(data, 0.0, self.half_life))
        order = np.argsort(-sold, kind="stable")[: self.length]
        order = order[sold[order] > 0.0]
        starts = np.asarray([0, len(order)], np.int64)
        scores = (
            (sold[order] / sold.max(initial=0.0)).astype(np.float32)
            if len(order)
            else np.empty(0, np.float32)
        )
        return self.keeping(Lists(self.anchor, self.reason, starts, order.astype(np.int32), scores))
