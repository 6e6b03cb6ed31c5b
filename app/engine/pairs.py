"""How many orders hold two items, kept so that many pairs can be looked up at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.types import IntArray, LongArray

_MOST_MEETINGS = 60_000_000
"""So many pairs of lines are counted by sorting; above that their memory says: by a sparse product."""
_BITS = 63


@dataclass(frozen=True, slots=True)
class Pairs:
    """``keys`` are ``first * items + second``, sorted; ``totals`` the orders with each item."""

    keys: LongArray
    counts: IntArray
    totals: IntArray

    @classmethod
    def count(cls, by_item: csr_matrix, by_order: csr_matrix) -> Pairs:
        """Count from items x orders and its transpose, both 0 or 1 with sorted columns; both ways agree."""
        sizes = np.diff(by_order.indptr).astype(np.int64)
        if int((sizes * (sizes - 1)).sum()) // 2 <= _MOST_MEETINGS:
            return cls.sorted(by_order)
        return cls.multiplied(by_item, by_order)

    @classmethod
    def multiplied(cls, by_item: csr_matrix, by_order: csr_matrix) -> Pairs:
        """Count by a sparse product: memory follows the pairs that differ."""
        pairs = (by_item @ by_order).tocsr()
        pairs.sort_indices()
        items = pairs.shape[0]
        firsts = np.repeat(np.arange(items, dtype=np.int64), np.diff(pairs.indptr))
        return cls(
            firsts * items + pairs.indices, pairs.data.astype(np.int32), pairs.diagonal().astype(np.int32)
        )

    @classmethod
    def sorted(cls, by_order: csr_matrix) -> Pairs:
        """Count by sorting every pair of lines: several times as fast where orders are small."""
        items = by_order.shape[1]
        totals = np.bincount(by_order.indices, minlength=items).astype(np.int32)
        upper, counts = tallied(by_order)
        own = np.flatnonzero(totals)
        keys = np.concatenate([upper, upper % items * items + upper // items, own * (items + 1)])
        numbers = np.concatenate([counts, counts, totals[own]])
        del upper, counts
        return cls(*_ordered(keys, numbers, max(items, 1) ** 2), totals)

    def look_up(self, firsts: LongArray, seconds: IntArray) -> IntArray:
        """Give the number of orders with each of the pairs."""
        wanted = firsts * len(self.totals) + seconds
        counts = np.zeros(len(wanted), np.int32)
        if len(self.keys):
            places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            met = self.keys[places] == wanted
            counts[met] = self.counts[places[met]]
        return counts


def tallied(by_order: csr_matrix) -> tuple[LongArray, IntArray]:
    """Give the keys of the pairs that meet, lower item first, sorted, and how many orders hold each."""
    items, sizes = by_order.shape[1], np.diff(by_order.indptr)
    meetings = np.empty(int((sizes.astype(np.int64) * (sizes - 1)).sum()) // 2, np.int64)
    end = 0
    for size in np.unique(sizes[sizes > 1]).tolist():
        starts = by_order.indptr[:-1][sizes == size]
        held = by_order.indices[starts[:, None] + np.arange(size)].astype(np.int64)
        for first in range(size - 1):
            found = (held[:, first, None] * items + held[:, first + 1 :]).ravel()
            meetings[end : end + len(found)] = found
            end += len(found)
    meetings.sort()
    heads = np.flatnonzero(np.diff(meetings, prepend=-1))
    return meetings[heads], np.diff(heads, append=len(meetings)).astype(np.int32)


def _ordered(keys: LongArray, counts: IntArray, above: int) -> tuple[LongArray, IntArray]:
    """Sort different keys below ``above``, and their counts with them.

    Sorting numbers is many times as fast as finding their order, so both travel in one number where they fit.
    """
    bits = int(counts.max(initial=0)).bit_length()
    if above.bit_length() + bits > _BITS:
        order = np.argsort(keys, kind="stable")
        return keys[order], counts[order]
    keys <<= bits
    keys |= counts
    keys.sort()
    counts = (keys & ((1 << bits) - 1)).astype(np.int32)
    keys >>= bits
    return keys, counts
