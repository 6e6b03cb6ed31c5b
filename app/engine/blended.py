"""The lists of one location, blended: rows of an anchor are summed by sorting what they name.

Nothing here is as long as the store, so that a store of a hundred thousand items costs no more than a small
one, and nothing is weighed before it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine.types import Anchor, Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.types import FloatArray, IntArray, Lists, LongArray, Published

    Mask = NDArray[np.bool_]

POPULAR = "popular"
"""Name of the list that ranks every item of the store; it is the last floor below all placements."""

REASONS_KEPT = 1_000

HEAD = 96
_BEST = 1_024
_TINY = float(np.finfo(np.float64).tiny)
_ENTRY_BITS = 40
_ENTRY = (1 << _ENTRY_BITS) - 1
_PLACE_BITS = 20
_PLACE = (1 << _PLACE_BITS) - 1
_PLACES = np.arange(4_096, dtype=np.int64)


class Row(NamedTuple):
    """What one list says of an anchor, and how much it counts.

    ``code`` is that of the first entry, or of all of them where the list has one reason for all: ``step`` 0.
    """

    anchor: int
    items: IntArray
    scores: FloatArray
    weight: float
    code: int
    step: int


class _Part(NamedTuple):
    """One list: its code, 1 where every entry has a reason of its own, and its rows."""

    code: int
    step: int
    starts: memoryview
    items: IntArray
    scores: FloatArray
    weight: float


class Sum(NamedTuple):
    """Who is best of what rows name: ``items`` with their ``scores``, best first.

    ``complete`` = no other candidate of the rows has a score. The rest tells where a score comes from:
    ``names`` are all items of the rows, once and rising; the entries of ``names[k]``, in the order of the
    rows, are ``entries[starts[k]:starts[k + 1]]``, each as its place in the rows one after the other.
    """

    items: list[int]
    scores: list[float]
    complete: bool
    rows: Sequence[Row]
    names: LongArray
    starts: LongArray
    entries: LongArray
    weighed: NDArray[np.float64]


class Blended:
    """Shared by threads. ``boost`` (one factor per item, or None) multiplies what the lists say."""

    def __init__(
        self, published: Published, weights: Mapping[str, float], boost: FloatArray | None = None
    ) -> None:
        """Take the lists that the weights name; the arrays are used as they are, never copied."""
        self._lists = list(published.lists.values())
        self._popular = published.lists.get(POPULAR)
        self._size = len(published.item_ids)
        self._boost = boost
        self._plain_lists = [
            (place, self._lists[place], weights[name])
            for place, name in enumerate(published.lists)
            if self._lists[place].anchor is Anchor.NONE and weights.get(name)
        ]
        self._of: dict[Anchor, list[_Part]] = {anchor: [] for anchor in Anchor}
        numbers = {name: number for number, name in enumerate(published.lists)}
        for name, weight in weights.items():
            lists = published.lists.get(name)
            if lists is not None and weight:
                part = _Part(
                    numbers[name] << _ENTRY_BITS,
                    1 if len(lists.counts) else 0,
                    lists.starts.data,
                    lists.items,
                    lists.scores,
                    weight,
                )
                self._of[lists.anchor].append(part)
        self.reason = lru_cache(REASONS_KEPT)(partial(_reason, self._lists))

    def has(self, anchor: Anchor) -> bool:
        """Tell whether a list of this location hangs on such an anchor."""
        return bool(self._of[anchor])

    @cached_property
    def base(self) -> NDArray[np.float64]:
        """Give what the lists say that hang on nothing, boosted."""
        return self._said if self._boost is None else self._said * self._boost

    @cached_property
    def best(self) -> IntArray:
        """Give the first of ``everything``, cheaply."""
        found = np.flatnonzero(self.base > 0.0)
        if len(found) > _BEST:
            cut = np.partition(self.base[found], len(found) - _BEST)[len(found) - _BEST]
            return self._sorted(found[self.base[found] >= cut])[:_BEST].astype(np.int32)
        floor = self._popular.items[: _BEST + len(found)] if self._popular is not None else ()
        first = dict.fromkeys([*self._sorted(found).tolist(), *np.asarray(floor, np.int32).tolist()])
        return np.asarray(list(first), np.int32)

    @cached_property
    def everything(self) -> IntArray:
        """Give every item once: by ``base``, then by popularity, then by number."""
        parts = [self._sorted(np.flatnonzero(self.base > 0.0)), np.arange(self._size)]
        if self._popular is not None:
            parts.insert(1, self._popular.items.astype(np.int64))
        order = np.concatenate(parts)
        _, first = np.unique(order, return_index=True)
        return order[np.sort(first)].astype(np.int32)

    def head(self, mask: Mask | None) -> list[int]:
        """Give the first items of ``everything`` that the mask lets through."""
        found = self.best if mask is None else self.best[mask[self.best]]
        if mask is not None and len(found) < HEAD and len(self.best) < self._size:
            found = self.everything[mask[self.everything]]
        head: list[int] = found[:HEAD].tolist()
        return head

    def rows(self, anchor: Anchor, number: int, share: float = 1.0) -> list[Row]:
        """Give what the lists of a kind say of one anchor; ``share`` is how much of it counts."""
        found = []
        for code, step, starts, items, scores, weight in self._of[anchor]:
            first, last = starts[number], starts[number + 1]
            if first < last:
                own = code + step * first
                found.append(
                    Row(step * number, items[first:last], scores[first:last], weight * share, own, step)
                )
        return found

    def sum(self, rows: Sequence[Row], head: Sequence[int], mask: Mask | None, count: int) -> Sum:
        """Sum rows and base, and find at least the ``count`` best of what they name and of ``head``.

        ``head`` falls by ``base``. Of equal scores the lower number comes first. Only items with a score
        above 0, and no other than the mask lets through.
        """
        weights = np.array([row.weight for row in rows])
        weighed = weights.repeat([len(row.items) for row in rows])
        weighed *= np.concatenate([row.scores for row in rows])
        keys = np.concatenate([row.items for row in rows], dtype=np.int64)
        keys <<= _PLACE_BITS
        keys |= _PLACES[: len(keys)] if len(keys) <= len(_PLACES) else np.arange(len(keys))
        keys.sort()
        entries = keys & _PLACE
        keys >>= _PLACE_BITS
        first = np.empty(len(keys), np.bool_)
        first[0] = True
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        starts = first.nonzero()[0]
        names, sums = keys[starts], np.add.reduceat(weighed[entries], starts)
        if self._boost is not None:
            sums *= self._boost[names]
        sums += self.base[names]
        if mask is not None:
            sums *= mask[names]
        items, scores, complete = _best(names, sums, count)
        self._with_head(items, scores, head, names, count)
        return Sum(items, scores, complete, rows, names, starts, entries, weighed)

    def _with_head(
        self, items: list[int], scores: list[float], head: Sequence[int], names: LongArray, count: int
    ) -> None:
        """Put those of the head that belong among the best, and are in no row, at their places."""
        base, floor = self.base.data, scores[count - 1] if len(scores) >= count else _TINY
        named = names.data
        more = []
        for item in head:
            score = base[item]
            if score < floor:
                break
            place = bisect_left(named, item)
            if place == len(named) or named[place] != item:
                more.append((-score, item))
        if more:
            pairs = sorted([*zip([-score for score in scores], items, strict=True), *more])
            items[:] = [item for _, item in pairs]
            scores[:] = [-score for score, _ in pairs]

    def whys(self, summed: Sum | None, shown: Sequence[int]) -> list[tuple[int, int]]:
        """Tell for each item which entry speaks most for it: its code, and the anchor that it hangs on.

        A code below 0 is that of a list that hangs on nothing.
        """
        plain, said = self._plain.data, self._said.data
        if summed is None:
            return [(-1 - plain[item], 0) for item in shown]
        names, starts, entries, weighed = (
            summed.names.data,
            summed.starts.data,
            summed.entries.data,
            summed.weighed.data,
        )
        told, last = [], len(names) - 1
        for item in shown:
            most, best = said[item], -1
            place = bisect_left(names, item)
            if place <= last and names[place] == item:
                until = starts[place + 1] if place < last else len(entries)
                for entry in entries[starts[place] : until]:
                    if weighed[entry] > most:
                        most, best = weighed[entry], entry
            told.append((-1 - plain[item], 0) if best < 0 else _code(summed.rows, best))
        return told

    @cached_property
    def _said(self) -> NDArray[np.float64]:
        total = np.zeros(self._size)
        for _, lists, weight in self._plain_lists:
            total[lists.items] += lists.scores * weight
        return total

    @cached_property
    def _plain(self) -> NDArray[np.uint8]:
        """Number, from 1, of the list without an anchor that says most for each item; 0 = none."""
        most, code = np.zeros(self._size), np.zeros(self._size, np.uint8)
        for place, lists, weight in self._plain_lists:
            scores = lists.scores * weight
            better = scores > most[lists.items]
            most[lists.items[better]] = scores[better]
            code[lists.items[better]] = place + 1
        return code

    def _sorted(self, items: LongArray) -> LongArray:
        return items[np.argsort(-self.base[items], kind="stable")]


def _reason(every: Sequence[Lists], code: int, anchor: int) -> Reason:
    """Explain a choice by its entry."""
    if code < 0:
        return Reason(ReasonKind.POPULAR if code == -1 else every[-code - 2].reason)
    return every[code >> _ENTRY_BITS].because(anchor, code & _ENTRY)


def _code(rows: Sequence[Row], entry: int) -> tuple[int, int]:
    """Give the code of an entry by its place in the rows one after the other, and its anchor."""
    for anchor, items, _, _, code, step in rows:
        if entry < len(items):
            return code + step * entry, anchor
        entry -= len(items)
    raise IndexError(entry)


def _best(names: LongArray, sums: NDArray[np.float64], count: int) -> tuple[list[int], list[float], bool]:
    """Give at least the ``count`` best with their scores, and whether these are all that have one."""
    complete = len(sums) <= count
    floor = _TINY
    if not complete:
        ordered = sums.copy()
        ordered.partition(-count)
        floor = max(ordered[-count], _TINY)
    near = (sums >= floor).nonzero()[0]  # with all that equal the last of them
    near = near[(-sums[near]).argsort(kind="stable")]
    items: list[int] = names[near].tolist()
    scores: list[float] = sums[near].tolist()
    return items, scores, complete or len(items) < count
