"""For what nobody knows yet: a new product borrows the companions of those it is like, and they lend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.affinity import confidence, evidence, order_weights
from app.engine.likes import alike
from app.engine.lists import Hanging, cut, matrix
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class ColdStart(Tabled):
    """Likeness passed through co-occurrence, both ways; it fades with the orders behind the anchor.

    Nothing is needed but titles: without any order it is likeness alone.
    """

    name: ClassVar[str] = "coldstart"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.SIMILAR
    task: ClassVar[Task] = Task.PRODUCT
    neighbours: int = 20
    companions: int = 60
    half_life: float = 60.0
    doubt: float = 5.0
    direct: float = 0.5
    length: int = 80

    def fit(self, data: Dataset) -> Self:
        """Borrow."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

        hanging = Hanging(self.anchor, self.reason)
        weights = order_weights(data, 0.5, self.half_life)
        like = alike(data, self.neighbours)
        pairs = matrix(cut(confidence(data, weights, self.doubt), self.companions, hanging), data.items)
        cold = 0.2 + self.doubt / (evidence(data, weights) + self.doubt)
        scores = csr_matrix(diags(cold) @ (self.direct * like + like @ pairs + pairs @ like))
        scores.setdiag(0.0)
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, hanging))
