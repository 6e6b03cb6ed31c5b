"""A step up: the next better one, by its name (Starter, Pro, Premium, Platinum) or by its price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.likes import alike
from app.engine.lists import Hanging, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.dataset import Dataset

TIERS = (
    ("mini", "lite", "light"), ("starter", "free", "basic", "essential", "essentials", "bronze", "small"),
    ("standard", "classic", "plus", "silver", "medium"), ("pro", "professional", "advanced", "gold", "large"),
    ("premium", "deluxe", "business", "team"),
    ("platinum", "ultimate", "enterprise", "diamond", "max", "elite"),
)  # fmt: skip
_RANKS = {word: rank for rank, words in enumerate(TIERS) for word in words}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Ladder(Tabled):
    """Named steps first: 2 for the next one, less for those above. Else likeness, where the price steps up.

    A price step is 1.1 to ``steepest`` times the anchor's price, within its category.
    """

    name: ClassVar[str] = "ladder"
    anchor: ClassVar[Anchor] = Anchor.ITEM
    reason: ClassVar[ReasonKind] = ReasonKind.STEP_UP
    task: ClassVar[Task] = Task.PRODUCT
    gentlest: float = 1.1
    steepest: float = 3.0
    least_alike: float = 0.25
    length: int = 20

    def fit(self, data: Dataset) -> Self:
        """Find the steps."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        near = alike(data).tocoo()
        prices, kinds = data.priced(), np.asarray(data.described.categories)
        dearer = prices[near.col] / np.maximum(prices[near.row], np.finfo(np.float64).tiny)
        steps = (dearer >= self.gentlest) & (dearer <= self.steepest) & (prices[near.row] > 0.0)
        steps &= (near.data >= self.least_alike) & (kinds[near.row] == kinds[near.col])
        scores = csr_matrix((near.data * steps, (near.row, near.col)), shape=near.shape)
        named = list(_named_steps(data.described.titles))
        cells = [(low, high) for low, high, _worth in named]
        rows, columns = np.asarray(cells, np.int64).reshape(-1, 2).T
        worths = np.asarray([worth for *_cell, worth in named], np.float64)
        told = csr_matrix((worths, (rows, columns)), shape=near.shape)
        found = scores.maximum(told).tocsr()
        found.eliminate_zeros()
        return self.keeping(cut(found, self.length, Hanging(self.anchor, self.reason)))


def _named_steps(titles: tuple[str, ...]) -> Iterator[tuple[int, int, float]]:
    """Give the items whose titles differ in nothing but the word of their tier: (lower, higher, worth)."""
    families: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for item, title in enumerate(titles):
        words = _WORD.findall(title.lower())
        ranks = [_RANKS[word] for word in words if word in _RANKS]
        if len(ranks) == 1 and len(words) > 1:
            stem = tuple(word for word in words if word not in _RANKS)
            families.setdefault(stem, []).append((ranks[0], item))
    for members in families.values():
        tiers = sorted({rank for rank, _item in members})
        for low, lower in members:
            for high, higher in members:
                if high > low:
                    yield lower, higher, 2.0 / (tiers.index(high) - tiers.index(low))
