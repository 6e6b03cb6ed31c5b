"""What the shop sells most; the newest products where it has sold nothing yet."""

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
class Popularity(Tabled):
    """Ranks every item: by decayed number of orders (1 = the best seller), then the newest first."""

    name: ClassVar[str] = "popular"
    anchor: ClassVar[Anchor] = Anchor.NONE
    reason: ClassVar[ReasonKind] = ReasonKind.POPULAR
    task: ClassVar[Task] = Task.HOME
    half_life: float = 90.0

    def fit(self, data: Dataset) -> Self:
        """Learn the ranking."""
        sold = mass(data, order_weights(data, 0.0, self.half_life))
        order = np.lexsort((-data.created, -sold))
        best = max(float(sold.max(initial=0.0)), np.finfo(np.float64).tiny)
        starts = np.asarray([0, data.items], np.int64)
        scores = (sold[order] / best).astype(np.float32)
        return self.keeping(Lists(self.anchor, self.reason, starts, order.astype(np.int32), scores))
