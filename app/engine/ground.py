"""What a page shows everybody, kept; what one shopper's own lists change of it is worked out on top."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine.blended import Sum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.blended import Blended, Entry, Mask, Row
    from app.engine.types import IntArray


class Ground(NamedTuple):
    """The rows of a page without a shopper.

    ``items`` are all that the rows name, once and rising, ``sums`` what the rows alone say of them. ``best``
    holds exactly as many candidates as were wanted, best first, ``floor`` is the score of the last;
    ``entries`` tells what speaks most for each of them.
    """

    rows: Sequence[Row]
    items: IntArray
    sums: NDArray[np.float64]
    best: Mapping[int, float]
    floor: float
    entries: Mapping[int, Entry]


class Lifted(NamedTuple):
    """Candidates for a shopper, best first, with their scores; ``entries`` are his own: score and place."""

    found: dict[int, float]
    ground: Ground
    rows: Sequence[Row]
    entries: dict[int, tuple[float, int]]


def ground(
    blended: Blended, rows: Sequence[Row], summed: Sum | None, count: int, hidden: Collection[int]
) -> Ground | None:
    """Keep what was summed; None where there is less than was wanted."""
    shown = [pair for pair in summed.found.items() if pair[0] not in hidden] if summed is not None else []
    if summed is None or len(shown) < count:
        return None
    best = dict(shown[:count])
    items, sums = blended.alone(summed)
    entries = dict(zip(best, blended.entries(summed, list(best)), strict=True))
    return Ground(rows, items, sums, best, min(best.values()), entries)


def lifted(
    blended: Blended, page: Ground, rows: Sequence[Row], mask: Mask, hidden: Collection[int]
) -> Lifted | None:
    """Add a shopper's rows to a page: the same candidates and scores as the sum of all rows.

    None where a row speaks against an item: then what lies below ``page.best`` may rise into it. Otherwise
    the best are among those of the page and his own items that reach its floor.
    """
    if any(row.scores[0] < 0.0 or row.scores[-1] < 0.0 for row in rows):
        return None
    items = np.concatenate([row.items for row in rows])
    scores = np.concatenate([row.scores for row in rows])
    totals = blended.added(page.items, page.sums, items, scores)
    near = np.flatnonzero(totals >= page.floor)
    found, sellable = dict(page.best), mask.data
    entries: dict[int, tuple[float, int]] = {}
    places = near.tolist()
    for place, item, total, score in zip(
        places, items[near].tolist(), totals[near].tolist(), scores[near].tolist(), strict=True
    ):
        if sellable[item] and item not in hidden:
            found[item] = total
            known = entries.get(item)
            if known is None or score > known[0]:
                entries[item] = (score, place)
    order = sorted([(-total, item) for item, total in found.items()])[: len(page.best)]
    return Lifted({item: -total for total, item in order}, page, rows, entries)


def whys(blended: Blended, page: Lifted, shown: Sequence[int]) -> list[tuple[int, int]]:
    """Tell for each item which entry speaks most for it, as ``Blended.whys`` does for all rows."""
    told, under = [], page.ground
    for item in shown:
        entry = under.entries.get(item)
        if entry is None:
            if _names(under.items, item):
                return _slowly(blended, page, shown)
            entry = blended.plain(item)
        mine = page.entries.get(item)
        own = mine is not None and mine[0] > entry[0]
        told.append(_named(page.rows, mine[1]) if mine is not None and own else entry[1:])
    return told


def _slowly(blended: Blended, page: Lifted, shown: Sequence[int]) -> list[tuple[int, int]]:
    rows = [*page.ground.rows, *page.rows]
    items = np.concatenate([row.items for row in rows])
    scores = np.concatenate([row.scores for row in rows])
    return blended.whys(Sum(rows, items, scores, {}, complete=True), shown)


def _named(rows: Sequence[Row], place: int) -> tuple[int, int]:
    """Give the code of an entry by its place in the rows one after the other, and its anchor."""
    for row in rows:
        if place < len(row.items):
            return row.code + place, row.anchor
        place -= len(row.items)
    raise IndexError(place)


def _names(items: IntArray, item: int) -> bool:
    place = bisect_left(items.data, item)
    return place < len(items) and items.data[place] == item
