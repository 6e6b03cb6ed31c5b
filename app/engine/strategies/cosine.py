"""Item-kNN by cosine of the orders: the plain neighbourhood model of many shops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.affinity import order_weights
from app.engine.factors import neighbours
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Cosine(Tabled):
    """Cosine of two items' orders, weighted by size and age."""

    name: ClassVar[str] = "cosine"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 60.0
    size_power: float = 0.5
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Find each item's neighbours."""
        from implicit.nearest_neighbours import CosineRecommender  # noqa: PLC0415  a web process never learns
        from scipy.sparse import diags  # noqa: PLC0415

        weights = order_weights(data, self.size_power, self.half_life) ** 0.5
        near = neighbours(CosineRecommender(K=self.length + 1, num_threads=1), diags(weights) @ data.bought)
        return self.keeping(counted(cut(near, self.length, Hanging(self.anchor, self.reason)), data))
