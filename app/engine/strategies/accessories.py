"""What is added to a bigger purchase: bought with it, cheaper, and rather of another kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import confidence, order_weights
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Accessories(Tabled):
    """P(item | anchor) where the item costs at most ``cheaper`` of the anchor; half for the same category.

    Where prices are not known nothing is an accessory.
    """

    name: ClassVar[str] = "accessories"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.GOES_WITH
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 90.0
    size_power: float = 0.5
    shrink: float = 5.0
    cheaper: float = 0.6
    length: int = 60

    def fit(self, data: Dataset) -> Self:
        """Count pairs, and look at prices."""
        scores = confidence(data, order_weights(data, self.size_power, self.half_life), self.shrink)
        anchors = np.repeat(np.arange(data.items), np.diff(scores.indptr))
        prices = data.priced()
        cheap = (prices[scores.indices] > 0.0) & (prices[scores.indices] <= self.cheaper * prices[anchors])
        kinds = (
            np.unique(data.described.categories, return_inverse=True)[1] if data.items else np.zeros(0, int)
        )
        told = np.asarray([bool(kind) for kind in data.described.categories], np.bool_)
        same = (
            (kinds[anchors] == kinds[scores.indices]) & told[anchors] if scores.nnz else np.zeros(0, np.bool_)
        )
        scores.data = scores.data * cheap * np.where(same, 0.5, 1.0)
        scores.eliminate_zeros()
        return self.keeping(counted(cut(scores, self.length, Hanging(self.anchor, self.reason)), data))
