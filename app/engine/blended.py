"""The lists of one location, blended. The rows of an anchor are weighed when it is first asked for."""

from __future__ import annotations

import threading
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate
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

ROWS_KEPT = 1_000
"""Rows of one location and store in memory, about 1 kB each; the least used go first."""

REASONS_KEPT = 4_000

HEAD = 96
_BEST = 1_024
_TINY = float(np.finfo(np.float64).tiny)
_ENTRY_BITS = 40
_ENTRY = (1 << _ENTRY_BITS) - 1


Entry = tuple[float, int, int]
"""What an entry says of an item: its score, its code, and the anchor that it hangs on."""


class Row(NamedTuple):
    """What one list says of an anchor; ``scores`` are weighted, ``code`` is that of the first entry."""

    anchor: int
    items: IntArray
    scores: NDArray[np.float64]
    code: int


class Sum(NamedTuple):
    """Rows one after the other, and who is best: ``found`` maps candidates, best first, to their scores.

    ``complete`` = no other candidate of the rows has a score.
    """

    rows: Sequence[Row]
    items: IntArray
    scores: NDArray[np.float64]
    found: dict[int, float]
    complete: bool


class _Scratch(threading.local):
    """Room for one thread to sum in; ``sums`` is zero and ``marks`` is not negative between two uses."""

    def __init__(self, size: int) -> None:
        self.sums = np.zeros(size)
        self.marks = np.zeros(size, np.int32)


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
        numbers = {name: number for number, name in enumerate(published.lists)}
        self._of: dict[Anchor, list[tuple[int, Lists, float]]] = {anchor: [] for anchor in Anchor}
        for name, weight in weights.items():
            lists = published.lists.get(name)
            if lists is not None and weight:
                self._of[lists.anchor].append((numbers[name], lists, weight))
        self.rows = lru_cache(ROWS_KEPT)(self._rows)
        self.reason = lru_cache(REASONS_KEPT)(self._reason)
        self._scratch = _Scratch(self._size)

    @property
    def follows_session(self) -> bool:
        """Tell whether a session matters on a page that has a product or a basket."""
        return bool(self._of[Anchor.SESSION])

    @cached_property
    def base(self) -> NDArray[np.float64]:
        """Give what the lists say that hang on nothing."""
        total = np.zeros(self._size)
        for _, lists, weight in self._of[Anchor.NONE]:
            total[lists.items] += lists.scores * weight
        return total if self._boost is None else total * self._boost

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

    def head(self, mask: Mask | None) -> IntArray:
        """Give the first items of ``everything`` that the mask lets through."""
        if mask is None:
            return self.best[:HEAD]
        found = self.best[mask[self.best]]
        if len(found) < HEAD and len(self.best) < self._size:
            found = self.everything[mask[self.everything]]
        return found[:HEAD]

    def sum(self, rows: Sequence[Row], head: IntArray, mask: Mask | None, count: int) -> Sum:
        """Sum rows and base, and find at least the ``count`` best of what they name and of ``head``.

        Of equal scores the lower number comes first. Only items with a score above 0, and no other than the
        mask lets through.
        """
        items = np.concatenate([row.items for row in rows])
        scores = np.concatenate([row.scores for row in rows])
        candidates = np.concatenate([items, head])
        sums, marks = self._scratch.sums, self._scratch.marks
        np.add.at(sums, items, scores)
        totals = sums[candidates]
        sums[items] = 0.0
        totals += self.base[candidates]
        places = np.arange(len(candidates), dtype=np.int32)
        marks[candidates] = places
        counts = marks[candidates] == places  # what is named twice counts once
        if mask is not None:
            counts &= mask[candidates]
        totals *= counts
        complete = len(totals) <= count
        if not complete:
            floor = max(np.partition(totals, -count)[-count], _TINY)
            near = np.flatnonzero(totals >= floor)  # with all that equal the last of them
            candidates, totals = candidates[near], totals[near]
        pairs = sorted(zip((-totals).tolist(), candidates.tolist(), strict=True))
        found = {item: -score for score, item in pairs if score < 0.0}
        return Sum(rows, items, scores, found, complete or len(found) < count)

    def whys(self, summed: Sum | None, shown: Sequence[int]) -> list[tuple[int, int]]:
        """Tell for each item which entry speaks most for it: its code, and the anchor that it hangs on.

        A code below 0 is that of a list that hangs on nothing.
        """
        return [(code, anchor) for _, code, anchor in self.entries(summed, shown)]

    def plain(self, item: int) -> Entry:
        """Tell what the lists say of an item that hang on nothing."""
        return self.base.data[item], -1 - self._plain.data[item], 0

    def entries(self, summed: Sum | None, shown: Sequence[int]) -> list[Entry]:
        """Give for each item the entry that speaks most for it."""
        plain, base = self._plain.data, self.base.data
        told = {item: (base[item], -1 - plain[item], 0) for item in shown}
        if summed is not None and shown:
            marks, items = self._scratch.marks, summed.items
            wanted = np.asarray(shown, np.int32)
            marks[wanted] = -1
            hits = np.flatnonzero(marks[items] == -1)
            marks[wanted] = 0
            ends = list(accumulate(len(row.items) for row in summed.rows))
            found = zip(hits.tolist(), items[hits].tolist(), summed.scores[hits].tolist(), strict=True)
            for place, item, score in found:
                if score > told[item][0]:
                    owner = bisect_right(ends, place)
                    row = summed.rows[owner]
                    told[item] = (score, row.code + place - ends[owner] + len(row.items), row.anchor)
        return list(told.values())

    def alone(self, summed: Sum) -> tuple[IntArray, NDArray[np.float64]]:
        """Give all items that rows name, once and rising, and what the rows alone say of them."""
        items, sums = np.unique(summed.items), self._scratch.sums
        np.add.at(sums, summed.items, summed.scores)
        found = sums[items]
        sums[items] = 0.0
        return items, found

    def added(
        self,
        items: IntArray,
        sums: NDArray[np.float64],
        more: IntArray,
        scores: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Give the whole score of each of ``more``, whose entries come after those summed before."""
        room = self._scratch.sums
        room[items] = sums
        np.add.at(room, more, scores)
        totals = room[more]
        room[items] = 0.0
        room[more] = 0.0
        totals += self.base[more]
        return totals

    def _reason(self, code: int, anchor: int) -> Reason:
        """Explain a choice by its entry."""
        if code < 0:
            return Reason(ReasonKind.POPULAR if code == -1 else self._lists[-code - 2].reason)
        return self._lists[code >> _ENTRY_BITS].because(anchor, code & _ENTRY)

    def _rows(self, anchor: Anchor, number: int) -> tuple[Row, ...]:
        """Weigh what the lists of a kind say of one anchor."""
        found = []
        for place, lists, weight in self._of[anchor]:
            starts = lists.starts.data
            first, last = starts[number], starts[number + 1]
            if first < last:
                items = lists.items[first:last]
                scores = np.multiply(lists.scores[first:last], weight, dtype=np.float64)
                if self._boost is not None:
                    scores *= self._boost[items]
                found.append(Row(number, items, scores, (place << _ENTRY_BITS) + first))
        return tuple(found)

    @cached_property
    def _plain(self) -> NDArray[np.uint8]:
        """Number, from 1, of the list without an anchor that says most for each item; 0 = none."""
        most, code = np.zeros(self._size), np.zeros(self._size, np.uint8)
        for place, lists, weight in self._of[Anchor.NONE]:
            scores = lists.scores * weight
            better = scores > most[lists.items]
            most[lists.items[better]] = scores[better]
            code[lists.items[better]] = place + 1
        return code

    def _sorted(self, items: LongArray) -> LongArray:
        return items[np.argsort(-self.base[items], kind="stable")]
