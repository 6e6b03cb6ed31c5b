"""Similar by title, category and brand; it speaks loudest where orders say least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from app.engine.affinity import evidence, order_weights
from app.engine.lists import Hanging, cut, matrix
from app.engine.similarity import blocks
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
    length: int = 80

    def fit(self, data: Dataset) -> Self:
        """Compare descriptions."""
        from scipy.sparse import csr_matrix, diags, vstack  # noqa: PLC0415  a web process never learns

        known = evidence(data, order_weights(data, self.size_power, self.half_life))
        voice = self.always + self.doubt / (known + self.doubt)
        hanging = Hanging(self.anchor, self.reason)
        parts = []
        for first, last in blocks(data.items):
            block = diags(voice[first:last]) @ data.described.alike(first, last)
            parts.append(matrix(cut(csr_matrix(block), self.length, hanging), data.items))
        scores = vstack(parts).tocsr() if parts else csr_matrix((0, 0))
        return self.keeping(cut(scores, self.length, hanging))
