"""From candidates to slots: what is pinned, what is drawn, and not too much of one kind."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from app.engine.explore import Explore, greedy_odds, sampled, strengths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from app.engine.blended import Mask
    from app.engine.rules import Pin
    from app.engine.types import IntArray

ALIKE = 2 / 3
"""At most this share of a slate is of one category, as long as others can fill it."""


class Slots(NamedTuple):
    """Items in the order of their slots, with the odds of each; ``drawn`` = one was chosen by chance."""

    items: list[int]
    odds: list[float]
    drawn: bool


class Room(NamedTuple):
    """How many slots there are, and the pinned item of some of them (slot from 1 -> item)."""

    limit: int
    pinned: Mapping[int, int]


def pinned(pins: Sequence[Pin], mask: Mask, hidden: Collection[int], limit: int) -> dict[int, int]:
    """Give each pin's slot the first of its items that may be shown. Of two pins of a slot the first wins."""
    found: dict[int, int] = {}
    for pin in pins:
        if pin.position > limit or pin.position in found:
            continue
        for item in pin.items:
            if mask[item] and item not in hidden and item not in found.values():
                found[pin.position] = item
                break
    return found


def spread(
    items: list[int], scores: list[float], categories: IntArray | memoryview, limit: int
) -> tuple[list[int], list[float]]:
    """Move items back that would be one too many of their category among the first ``limit``."""
    most = max(ceil(limit * ALIKE), 2)
    if len({categories[item] for item in items[:limit]}) > limit - most:
        return items, scores  # too many categories for one of them to be too frequent
    seen: dict[int, int] = {}
    front: list[int] = []
    back: list[int] = []
    for place, item in enumerate(items):
        if len(front) == limit:
            break
        category = int(categories[item])
        count = seen[category] = seen.get(category, 0) + 1
        (front if count <= most else back).append(place)
    places = [*front, *back, *range(len(front) + len(back), len(items))]
    return [items[place] for place in places], [scores[place] for place in places]


def fill(items: Sequence[int], scores: Sequence[float], room: Room, explore: Explore | None) -> Slots:
    """Fill the slots that are not pinned, best first or by chance.

    The odds of a slot are those of its item given the slots before it; a pinned one is certain.
    """
    if explore is not None and explore.turn():
        return draw(items, scores, room, explore)
    return settle(items, scores, room, explore)


def settle(items: Sequence[int], scores: Sequence[float], room: Room, explore: Explore | None) -> Slots:
    """Fill the slots best first."""
    free = room.limit - len(room.pinned)
    if explore is None:
        odds = [1.0] * min(free, len(items))
    else:
        weights = strengths(scores[: explore.pool], explore.temperature)
        odds = greedy_odds(weights, free, explore.share)
    return _with_pins(list(items[: len(odds)]), odds, room, drawn=False)


def draw(items: Sequence[int], scores: Sequence[float], room: Room, explore: Explore) -> Slots:
    """Fill the slots of a slate whose turn it is to be drawn."""
    weights = strengths(scores[: explore.pool], explore.temperature)
    path = sampled(weights, room.limit - len(room.pinned), explore)
    drawn = path.positions != list(range(len(path.positions)))
    return _with_pins([items[position] for position in path.positions], path.odds, room, drawn=drawn)


def _with_pins(chosen: list[int], odds: list[float], room: Room, *, drawn: bool) -> Slots:
    for position, item in sorted(room.pinned.items()):
        place = min(position - 1, len(chosen))
        chosen.insert(place, item)
        odds.insert(place, 1.0)
    return Slots(chosen, odds, drawn)
