"""What could be bought instead: alike, looked at in the same visits, and seldom in one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import confidence
from app.engine.likes import instead_of
from app.engine.lists import Hanging, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Substitutes(Tabled):
    """Likeness times ``1 - P(item | anchor)``, all orders alike."""

    name: ClassVar[str] = "substitutes"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.INSTEAD
    task: ClassVar[Task] = Task.PRODUCT
    shrink: float = 1.0
    length: int = 60

    def fit(self, data: Dataset) -> Self:
        """Compare, and take away what is bought with it."""
        alike = instead_of(data)
        together = confidence(data, np.ones(data.orders), self.shrink)
        scores = (alike - alike.multiply(together)).tocsr()
        scores.data[scores.data < 0.0] = 0.0
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, Hanging(self.anchor, self.reason)))
