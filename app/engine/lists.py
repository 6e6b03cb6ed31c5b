"""Between sparse matrices and the lists that are published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.types import Anchor, Lists, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray


@dataclass(frozen=True, slots=True)
class Hanging:
    """What a list hangs on, and why its items are shown."""

    anchor: Anchor
    reason: ReasonKind


def cut(scores: csr_matrix, length: int, hanging: Hanging) -> Lists:
    """Keep the ``length`` strongest entries of each row, best first; a strong negative entry is kept too."""
    scores = scores if scores.has_sorted_indices else scores.sorted_indices()
    sizes, values = np.diff(scores.indptr), scores.data.astype(np.float32) + np.float32(0.0)  # -0 becomes 0
    kept = np.ones(len(values), np.bool_)
    for row in np.flatnonzero(sizes > length).tolist():
        mine = slice(scores.indptr[row], scores.indptr[row + 1])
        kept[mine] = _strong(np.abs(values[mine]), length)
    near = np.flatnonzero(kept)
    rows = np.repeat(np.arange(len(sizes), dtype=np.int64), np.minimum(sizes, length))
    bits = values[near].view(np.int32).astype(np.int64)
    rising = np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)  # in the order of the numbers themselves
    near = near[np.argsort(rows << 33 | (1 << 32) - rising, kind="stable")]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.minimum(sizes, length))])
    items = scores.indices[near].astype(np.int32)
    return Lists(hanging.anchor, hanging.reason, starts, items, values[near])


def _strong(sizes: FloatArray, length: int) -> NDArray[np.bool_]:
    """Mark the ``length`` largest of more numbers; of equal ones the first."""
    bar = np.partition(sizes, len(sizes) - length)[len(sizes) - length]
    marked: NDArray[np.bool_] = sizes >= bar
    more = int(np.count_nonzero(marked)) - length
    if more:
        marked[np.flatnonzero(sizes == bar)[-more:]] = False
    return marked


def line(worth: NDArray[np.float64], length: int, hanging: Hanging) -> Lists:
    """Give one row: the ``length`` items of most worth, 1 = the most; what is worth nothing is not in it."""
    order = np.argsort(-worth, kind="stable")[:length]
    order = order[worth[order] > 0.0]
    scores = (worth[order] / max(float(worth.max(initial=0.0)), np.finfo(np.float64).tiny)).astype(np.float32)
    starts = np.asarray([0, len(order)], np.int64)
    return Lists(hanging.anchor, hanging.reason, starts, order.astype(np.int32), scores)


def latest(rows: csr_matrix, most: int) -> csr_matrix:
    """Keep the last ``most`` entries of each row, those with the highest column numbers."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    rows.sort_indices()
    left = np.repeat(rows.indptr[1:], np.diff(rows.indptr)) - np.arange(rows.nnz)
    kept = csr_matrix((rows.data * (left <= most), rows.indices.copy(), rows.indptr.copy()), shape=rows.shape)
    kept.eliminate_zeros()
    return kept


def matrix(lists: Lists, items: int) -> csr_matrix:
    """Give lists as rows x items."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    return csr_matrix((lists.scores, lists.items, lists.starts), shape=(len(lists.starts) - 1, items))


def joined(first: Lists, second: Lists) -> Lists:
    """Join two lists over the same anchors that name different items; the counts of both are kept."""
    rows = np.concatenate(
        [np.repeat(np.arange(len(each.starts) - 1), np.diff(each.starts)) for each in (first, second)]
    )
    items = np.concatenate([first.items, second.items])
    scores = np.concatenate([first.scores, second.scores])
    order = np.lexsort((items, -scores, rows))
    starts = first.starts + second.starts
    counts = np.concatenate([first.counts, second.counts])[order] if len(first.counts) else first.counts
    return replace(first, starts=starts, items=items[order], scores=scores[order], counts=counts)


def shorter(lists: Lists, length: int) -> Lists:
    """Keep the ``length`` strongest entries of each row, whatever their sign, in their order."""
    sizes = np.diff(lists.starts)
    if sizes.max(initial=0) <= length:
        return lists
    rows = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((lists.items, -np.abs(lists.scores), rows))
    places = np.empty(len(rows), np.int64)
    places[order] = np.arange(len(rows)) - lists.starts[rows]
    kept = np.flatnonzero(places < length)
    return replace(
        lists,
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(np.minimum(sizes, length))]),
        items=lists.items[kept],
        scores=lists.scores[kept],
        counts=lists.counts[kept] if len(lists.counts) else lists.counts,
    )


def stacked(parts: Sequence[Lists], hanging: Hanging) -> Lists:
    """Put the rows of lists under each other."""
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.starts) for part in parts)])
    items = np.concatenate([np.empty(0, np.int32), *(part.items for part in parts)])
    scores = np.concatenate([np.empty(0, np.float32), *(part.scores for part in parts)])
    return Lists(hanging.anchor, hanging.reason, np.cumsum(sizes), items, scores)


def counted(lists: Lists, data: Dataset) -> Lists:
    """Add to lists that hang on items how many orders hold anchor and item, and how many the anchor."""
    rows = np.repeat(np.arange(data.items, dtype=np.int64), np.diff(lists.starts))
    counts = data.pairs.look_up(rows, lists.items).astype(np.int32)
    return replace(lists, counts=counts, totals=data.pairs.totals.astype(np.int32), orders=data.orders)


def promising(lists: Lists, chances: csr_matrix) -> Lists:
    """Add each entry's calibrated chance to counted lists; NaN where ``chances`` (items, items) has none."""
    if not len(lists.counts) or len(lists.starts) != chances.shape[0] + 1:
        return lists
    rows = np.repeat(np.arange(chances.shape[0], dtype=np.int64), np.diff(lists.starts))
    told = np.asarray(chances[rows, lists.items], np.float32).ravel()
    return replace(lists, confidences=np.where(told > 0.0, told, np.float32(np.nan)))
