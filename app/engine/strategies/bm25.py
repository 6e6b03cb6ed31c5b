"""Item-kNN by BM25: what many have bought says less, and so does a long order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.factors import neighbours
from app.engine.lists import Hanging, counted, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Bm25(Tabled):
    """Similarity of two items' orders after BM25 weighting; the rows of a basket are summed."""

    name: ClassVar[str] = "bm25"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    saturation: float = 1.2
    length_effect: float = 0.75
    length: int = 200

    def fit(self, data: Dataset) -> Self:
        """Find each item's neighbours."""
        from implicit.nearest_neighbours import BM25Recommender  # noqa: PLC0415  a web process never learns

        model = BM25Recommender(K=self.length + 1, K1=self.saturation, B=self.length_effect, num_threads=1)
        near = neighbours(model, data.bought)
        return self.keeping(counted(cut(near, self.length, Hanging(self.anchor, self.reason)), data))
