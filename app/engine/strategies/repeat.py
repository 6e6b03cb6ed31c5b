"""What a known shopper bought before, by how likely it is in the next order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.lists import Hanging, cut
from app.engine.shoppers import habits
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Repeat(Tabled):
    """The share of a shopper's decayed orders that hold the item; every item ever bought is in the list."""

    name: ClassVar[str] = "again"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_BEFORE
    task: ClassVar[Task] = Task.HOME
    half_life: float = 120.0
    shrink: float = 2.0

    def fit(self, data: Dataset) -> Self:
        """Learn habits."""
        shares = habits(data, self.half_life, self.shrink)
        return self.keeping(cut(shares, max(data.items, 1), Hanging(self.anchor, self.reason)))
