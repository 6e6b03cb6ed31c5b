"""What goes with it: bought together, and not something that is bought instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.affinity import confidence, order_weights
from app.engine.likes import instead_of
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Complements(Tabled):
    """P(item | anchor) times ``1 - likeness``: of description, and of the visits that looked at both."""

    name: ClassVar[str] = "complements"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.GOES_WITH
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 60.0
    size_power: float = 0.5
    shrink: float = 5.0
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Count pairs, and take away what is alike."""
        pairs = confidence(data, order_weights(data, self.size_power, self.half_life), self.shrink)
        scores = (pairs - pairs.multiply(instead_of(data))).tocsr()
        scores.data[scores.data < 0.0] = 0.0
        scores.eliminate_zeros()
        return self.keeping(counted(cut(scores, self.length, Hanging(self.anchor, self.reason)), data))
