"""What the shopper looked at: nothing to learn, each product of the session speaks for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.strategy import Tabled
from app.engine.types import Anchor, Lists, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Viewed(Tabled):
    """The row of an item holds that item; the session's fading puts the last one first."""

    name: ClassVar[str] = "viewed"
    anchor: ClassVar[Anchor] = Anchor.SESSION
    reason: ClassVar[ReasonKind] = ReasonKind.VIEWED
    task: ClassVar[Task] = Task.HOME

    def fit(self, data: Dataset) -> Self:
        """Name every item once."""
        every = np.arange(data.items, dtype=np.int32)
        starts = np.arange(data.items + 1, dtype=np.int64)
        return self.keeping(Lists(self.anchor, self.reason, starts, every, np.ones(len(every), np.float32)))
