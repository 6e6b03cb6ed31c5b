"""Between sparse matrices and the lists that are published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from app.engine.types import Anchor, Lists, ReasonKind

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import IntArray

_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Hanging:
    """What a list hangs on, and why its items are shown."""

    anchor: Anchor
    reason: ReasonKind


def cut(scores: csr_matrix, length: int, hanging: Hanging) -> Lists:
    """Keep the ``length`` strongest entries of each row, best first; a strong negative entry is kept too."""
    starts = np.zeros(scores.shape[0] + 1, np.int64)
    items: list[IntArray] = []
    values: list[NDArray[np.float32]] = []
    for row in range(scores.shape[0]):
        mine = slice(scores.indptr[row], scores.indptr[row + 1])
        kept, strengths = scores.indices[mine], scores.data[mine].astype(np.float32)
        if len(kept) > length:
            bar = np.partition(np.abs(strengths), len(kept) - length)[len(kept) - length]
            near = np.flatnonzero(np.abs(strengths) >= bar)
            strongest = near[np.lexsort((kept[near], -np.abs(strengths[near])))[:length]]
            kept, strengths = kept[strongest], strengths[strongest]
        order = np.lexsort((kept, -strengths))
        items.append(kept[order].astype(np.int32))
        values.append(strengths[order])
        starts[row + 1] = starts[row] + len(order)
    return Lists(hanging.anchor, hanging.reason, starts, _join(items, np.int32), _join(values, np.float32))


def matrix(lists: Lists, items: int) -> csr_matrix:
    """Give lists as rows x items."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    return csr_matrix((lists.scores, lists.items, lists.starts), shape=(len(lists.starts) - 1, items))


def counted(lists: Lists, data: Dataset) -> Lists:
    """Add to lists that hang on items how many orders hold anchor and item, and how many the anchor."""
    rows = np.repeat(np.arange(data.items, dtype=np.int64), np.diff(lists.starts))
    counts = data.pairs.look_up(rows, lists.items)
    return replace(lists, counts=counts, totals=data.pairs.totals, orders=data.orders)


def _join(parts: list[NDArray[_T]], kind: type[_T]) -> NDArray[_T]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
