"""What is new in the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.dataset import DAY
from app.engine.lists import Hanging, line
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Arrivals(Tabled):
    """Worth halves with each half-life since the product was created, or first sold where that is unknown."""

    name: ClassVar[str] = "arrivals"
    anchor: ClassVar[Anchor] = Anchor.NONE
    reason: ClassVar[ReasonKind] = ReasonKind.NEW
    task: ClassVar[Task] = Task.NEW
    half_life: float = 30.0
    length: int = 300

    def fit(self, data: Dataset) -> Self:
        """Learn when each product came."""
        never = np.iinfo(np.int64).max
        came = np.where(data.created > 0, data.created, never)
        ordered = data.bought.tocoo()
        np.minimum.at(
            came, ordered.col, np.where(data.created[ordered.col] > 0, never, data.times[ordered.row])
        )
        ages = np.maximum(data.now - came, 0) / DAY if data.orders else (came.max(initial=0) - came) / DAY
        worth = np.where(came < never, 0.5 ** np.minimum(ages / self.half_life, 1_000.0), 0.0)
        return self.keeping(line(worth, self.length, Hanging(self.anchor, self.reason)))
