"""Similar by title, its meaning, category and brand; it speaks loudest where orders say least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.affinity import evidence, order_weights
from app.engine.lists import Hanging, cut
from app.engine.similarity import NEAREST
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Content(Tabled):
    """Cosine of descriptions times ``always + doubt / (n + doubt)``, n effective orders with the anchor."""

    name: ClassVar[str] = "similar"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.SIMILAR
    task: ClassVar[Task] = Task.PRODUCT
    half_life: float = 60.0
    size_power: float = 0.5
    doubt: float = 5.0
    always: float = 0.4
    length: int = NEAREST

    def fit(self, data: Dataset) -> Self:
        """Compare descriptions."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

        known = evidence(data, order_weights(data, self.size_power, self.half_life))
        voice = self.always + self.doubt / (known + self.doubt)
        scores = csr_matrix(diags(voice) @ data.described.meant)
        return self.keeping(cut(scores, self.length, Hanging(self.anchor, self.reason)))
