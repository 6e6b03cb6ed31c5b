"""The Strategy protocol: a new one is one file in ``strategies/`` and one line in ``registry``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np

from app.engine.types import Anchor, FloatArray, IntArray, Lists, Reason, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset

AnchorKey = tuple[int, ...]
"""The rows that are asked: one item or shopper, the items of a basket or session, ``(0,)`` for no anchor."""

ItemSet = IntArray
Scores = FloatArray


class Strategy(Protocol):
    """A way to score items for an anchor. Strategies are fitted in workers, and their lists are published."""

    name: ClassVar[str]
    anchor: ClassVar[Anchor]
    reason: ClassVar[ReasonKind]
    task: ClassVar[Task]

    def fit(self, data: Dataset) -> Self:
        """Give a fitted copy."""

    def score(self, anchor: AnchorKey, items: ItemSet) -> Scores:
        """Score items: higher is better, NaN = no opinion. Several rows are summed."""

    def explain(self, anchor: AnchorKey, item: int) -> Reason:
        """Say why an item is shown for an anchor."""

    def lists(self) -> Lists:
        """Give all scores that are worth publishing."""


@dataclass(frozen=True)
class Tabled:
    """What all strategies share whose fitted state is the lists that they publish."""

    fitted: Lists | None = None

    def lists(self) -> Lists:
        """Give the fitted lists; asking before ``fit`` is a programming error."""
        if self.fitted is None:
            raise RuntimeError(f"{type(self).__name__} is not fitted")
        return self.fitted

    def keeping(self, lists: Lists) -> Self:
        """Give a copy that holds fitted lists."""
        return replace(self, fitted=lists)

    def score(self, anchor: AnchorKey, items: ItemSet) -> Scores:
        """Sum the anchor's rows; NaN where no row holds the item."""
        lists = self.lists()
        found = np.full(len(items), np.nan, np.float32)
        for row in anchor:
            mine = slice(int(lists.starts[row]), int(lists.starts[row + 1]))
            known = dict(zip(lists.items[mine].tolist(), lists.scores[mine].tolist(), strict=True))
            for place, item in enumerate(items.tolist()):
                if item in known:
                    found[place] = known[item] + (0.0 if np.isnan(found[place]) else found[place])
        return found

    def explain(self, anchor: AnchorKey, item: int) -> Reason:
        """Name the orders of the row that knows most orders with the item, where lists are about orders."""
        lists = self.lists()
        best = Reason(lists.reason)
        for row in anchor if len(lists.counts) else ():
            mine = slice(int(lists.starts[row]), int(lists.starts[row + 1]))
            for entry in (mine.start + np.flatnonzero(lists.items[mine] == item)).tolist():
                if lists.counts[entry] > best.count:
                    best = lists.because(row, entry)
        return best
