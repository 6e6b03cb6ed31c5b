"""Orders counted in whole numbers: how many hold each item, and each two items; weighed or not.

Whole numbers add up to the same in whatever order: what some orders added can be taken away to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.sparse import csr_matrix

    from app.engine.types import IntArray, LongArray

LARGEST = 1_000
"""An order of more products than this says of no two of them that they go together: it stocks a shop."""

_MOST_PER_LINE = 5
_MOST_MEETINGS = 60_000_000
"""Up to so many pairs of lines, and so many per line, are counted by sorting; more by a sparse product."""

_BITS = 63
_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """``keys`` are ``first * items + second``, sorted, the lower item first; ``counts`` and ``totals`` int64.

    ``counts`` weigh the orders with both items of a key, ``totals`` those with each item, ``weight`` all
    ``orders``. Without weights every order weighs 1.
    """

    keys: LongArray
    counts: LongArray
    totals: LongArray
    orders: int
    weight: int

    @classmethod
    def count(cls, by_order: csr_matrix, weights: LongArray | None = None) -> Pairs:
        """Count orders x items, 0 or 1 with sorted columns; ``weights`` (int64, from 0) has one an order."""
        orders, items = by_order.shape
        counted = tallied(baskets(by_order), weights)
        if weights is None:
            return cls(*counted, np.bincount(by_order.indices, minlength=items), orders, orders)
        totals = _sums(by_order.indices, np.repeat(weights, np.diff(by_order.indptr)), items)
        return cls(*counted, totals, orders, int(weights.sum()))

    def plus(self, other: Pairs) -> Pairs:
        """Add what other orders say of the same items, weighed the same way."""
        keys = np.sort(np.concatenate([self.keys, other.keys]))
        keys = keys[_heads(keys)]
        counts = np.zeros(len(keys), np.int64)
        counts[np.searchsorted(keys, self.keys)] += self.counts
        counts[np.searchsorted(keys, other.keys)] += other.counts
        orders, weight = self.orders + other.orders, self.weight + other.weight
        kept = counts != 0
        return Pairs(keys[kept], counts[kept], self.totals + other.totals, orders, weight)

    def less(self, other: Pairs) -> Pairs:
        """Take away what some of the orders said: what is left was counted without them, bit for bit."""
        away = replace(other, counts=-other.counts, totals=-other.totals, orders=-other.orders)
        return self.plus(replace(away, weight=-other.weight))

    def renumbered(self, numbers: LongArray, items: int) -> Pairs:
        """Give item ``k`` the number ``numbers[k]`` of ``items``."""
        size = max(len(self.totals), 1)
        one, other = numbers[self.keys // size], numbers[self.keys % size]
        keys = np.minimum(one, other) * items + np.maximum(one, other)
        order, totals = np.argsort(keys), np.zeros(items, np.int64)
        np.add.at(totals, numbers, self.totals)
        return replace(self, keys=keys[order], counts=self.counts[order], totals=totals)

    def look_up(self, firsts: LongArray, seconds: LongArray | IntArray) -> LongArray:
        """Give what each of the pairs counts; an item with itself is its total."""
        wanted = np.minimum(firsts, seconds) * np.int64(len(self.totals)) + np.maximum(firsts, seconds)
        counts = np.zeros(len(wanted), np.int64)
        if len(self.keys):
            order = np.argsort(wanted)  # neighbours are found several times as fast as strangers
            places = np.minimum(np.searchsorted(self.keys, wanted[order]), len(self.keys) - 1)
            met = self.keys[places] == wanted[order]
            counts[order[met]] = self.counts[places[met]]
        own = np.flatnonzero(firsts == seconds)
        counts[own] = self.totals[firsts[own]]
        return counts

    def rows(self, block: int = _BLOCK) -> Iterator[csr_matrix]:
        """Give items x items, both ways and without a diagonal, some rows at a time; exact to 2^53."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        items = len(self.totals)
        starts = np.searchsorted(self.keys, np.arange(items + 1, dtype=np.int64) * items)
        columns = (self.keys % max(items, 1)).astype(np.int32)
        upper = csr_matrix((self.counts, columns, starts), (items, items))
        lower = upper.T.tocsr()
        for first in range(0, items, block):
            yield (lower[first : first + block] + upper[first : first + block]).astype(np.float64)


def baskets(by_order: csr_matrix) -> csr_matrix:
    """Give the orders with those emptied that hold more than ``LARGEST`` items."""
    sizes = np.diff(by_order.indptr)
    if sizes.max(initial=0) <= LARGEST:
        return by_order
    found = by_order.copy()
    found.data[np.repeat(sizes > LARGEST, sizes)] = 0
    found.eliminate_zeros()
    return found


def tallied(by_order: csr_matrix, weights: LongArray | None = None) -> tuple[LongArray, LongArray]:
    """Give the sorted keys of the pairs that meet, lower item first, and the weight of each one's orders."""
    sizes = np.diff(by_order.indptr).astype(np.int64)
    meetings = int((sizes * (sizes - 1)).sum()) // 2
    bits = 0 if weights is None else int(weights.max(initial=0)).bit_length()
    fits = (by_order.shape[1] ** 2).bit_length() + bits <= _BITS
    if fits and meetings <= min(_MOST_PER_LINE * by_order.nnz, _MOST_MEETINGS):
        return _by_sorting(by_order, weights, meetings, bits)
    return _by_product(by_order, weights)


def _by_sorting(
    by_order: csr_matrix, weights: LongArray | None, meetings: int, bits: int
) -> tuple[LongArray, LongArray]:
    """Sort every pair of lines, with its weight in the lower bits: fast where orders are small."""
    items, sizes = by_order.shape[1], np.diff(by_order.indptr)
    found, end = np.empty(meetings, np.int64), 0
    for size in np.unique(sizes[sizes > 1]).tolist():
        orders = np.flatnonzero(sizes == size)
        held = by_order.indices[by_order.indptr[orders, None] + np.arange(size)].astype(np.int64)
        for first in range(size - 1):
            part = held[:, first, None] * items + held[:, first + 1 :]
            if weights is not None:
                part = part << bits | weights[orders, None]
            found[end : end + part.size] = part.ravel()
            end += part.size
    found.sort()
    worth = None if weights is None else found & ((1 << bits) - 1)
    found >>= bits
    heads = _heads(found)
    keys = found[heads]
    del found
    if worth is not None:
        return keys, np.add.reduceat(worth, heads) if len(heads) else worth
    counts = np.empty_like(heads)
    np.subtract(heads[1:], heads[:-1], out=counts[:-1])
    counts[-1:] = meetings - heads[-1:]
    return keys, counts


def _by_product(by_order: csr_matrix, weights: LongArray | None) -> tuple[LongArray, LongArray]:
    """Multiply, some items at a time: memory follows the pairs that differ."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    items, ones = by_order.shape[1], by_order.astype(np.int64)
    by_item = ones.T.tocsr()
    if weights is not None:
        by_item.data *= weights[by_item.indices]
    keys, counts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first in range(0, items, _BLOCK):
        whole = (by_item[first : first + _BLOCK] @ ones).tocsr()
        rows = np.repeat(np.arange(first, first + whole.shape[0], dtype=np.int32), np.diff(whole.indptr))
        upper = np.flatnonzero(whole.indices > rows)
        starts = np.searchsorted(upper, whole.indptr)
        half = csr_matrix((whole.data[upper], whole.indices[upper], starts), whole.shape)
        half.sort_indices()
        keys.append(rows[upper].astype(np.int64) * items + half.indices)
        counts.append(half.data)
    return np.concatenate(keys), np.concatenate(counts)


def _heads(found: LongArray) -> LongArray:
    """Give where each run of equal numbers begins."""
    changes = np.ones(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=changes[1:])
    return np.flatnonzero(changes)


def _sums(places: LongArray | IntArray, amounts: LongArray, length: int) -> LongArray:
    """Add up whole numbers by place, exactly: the doubles that numpy adds hold half of each number."""
    low = np.bincount(places, weights=amounts & 0xFFFFFFF, minlength=length)
    high = np.bincount(places, weights=amounts >> 28, minlength=length)
    return low.astype(np.int64) + (high.astype(np.int64) << 28)
