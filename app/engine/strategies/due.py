"""Time to buy it again: what a shopper buys over and over, by when the next time comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.dataset import DAY
from app.engine.lists import Hanging, cut
from app.engine.shoppers import habits
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Due(Tabled):
    """Habit times how near the time since the last purchase is to the shopper's usual gap for that item.

    Only what was bought ``times`` times or more has a gap.
    """

    name: ClassVar[str] = "due"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.DUE
    task: ClassVar[Task] = Task.HOME
    times: int = 2
    half_life: float = 120.0
    spread: float = 1.0
    length: int = 100

    def fit(self, data: Dataset) -> Self:
        """Learn gaps."""
        shares = habits(data, self.half_life, 1.0)
        bought, first, last = (_per_owned(data, kind) for kind in ("count", "first", "last"))
        scores = shares.copy()
        rows = np.repeat(np.arange(shares.shape[0]), np.diff(shares.indptr))
        often, began, ended = (
            part[rows, shares.indices].A1 if shares.nnz else np.zeros(0) for part in (bought, first, last)
        )
        gaps = np.maximum(ended - began, 1.0) / np.maximum(often - 1.0, 1.0)
        since = np.maximum(data.now / DAY - ended, 0.01)
        near = np.exp(-0.5 * (np.log(since / np.maximum(gaps, 0.01)) / self.spread) ** 2)
        scores.data = np.where(often >= self.times, shares.data * near, 0.0)
        scores.eliminate_zeros()
        return self.keeping(cut(scores, self.length, Hanging(self.anchor, self.reason)))


def _per_owned(data: Dataset, kind: str) -> csr_matrix:
    """Give shoppers x items: how often, or on which day (counted from 1970) first and last."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    lines = data.bought.tocoo()
    kept = data.buyers[lines.row] >= 0
    cells = data.buyers[lines.row[kept]] * data.items + lines.col[kept]
    days = data.times[lines.row[kept]] / DAY
    keys, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    values = counts.astype(np.float64)
    if kind != "count":
        values = np.full(len(keys), np.inf if kind == "first" else -np.inf)
        (np.minimum if kind == "first" else np.maximum).at(values, inverse, days)
    shape = (len(data.shopper_ids), data.items)
    return csr_matrix((values, (keys // max(data.items, 1), keys % max(data.items, 1))), shape=shape)
