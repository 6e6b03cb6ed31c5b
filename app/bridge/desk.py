"""What may be shown at a location of a store right now: stock and rules in one mask, made anew on changes."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from weakref import ref

import numpy as np

from app.engine.blended import POPULAR
from app.engine.rules import NOTHING, Effect, effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.engine.blended import Blended, Mask
    from app.engine.pipeline import PublishedIndex
    from app.engine.rules import Pin, Rule, Traits
    from app.engine.types import FloatArray

PAGES_KEPT = 6_000
"""Pages of all stores of a process in memory, about 7 kB each."""

NUMBERS_KEPT = 30_000
REASONS_KEPT = 1_000


class Shelved(Protocol):
    """What a desk needs of a shelf."""

    index: PublishedIndex
    sellable: Mask
    generation: int
    changes: int

    def traits(self) -> Traits:
        """Give what rules look at."""


class Room:
    """Bounds what all desks of a process keep: the oldest goes first, and all of a desk with the desk."""

    def __init__(self, most: int) -> None:
        """Hold at most so many."""
        self._most = most
        self._kept: deque[tuple[ref[Desk], object]] = deque()

    def note(self, desk: Desk, key: object) -> None:
        """Note that a desk keeps something, and let it forget what is the oldest."""
        self._kept.append((ref(desk), key))
        if len(self._kept) > self._most:
            oldest, gone = self._kept.popleft()
            owner = oldest()
            if owner is not None:
                owner.kept.pop(gone, None)


@dataclass(frozen=True, slots=True)
class Told:
    """What rules came to, until when (seconds since 1970), and after how many of the shelf's changes.

    ``live`` = stock or prices may change it.
    """

    effect: Effect
    until: float
    changes: int
    live: bool


@dataclass(slots=True, weakref_slot=True, eq=False)
class Desk:
    """``mask`` marks what may be shown, ``head`` holds the first of it; ``kept`` is what pages need."""

    blended: Blended
    told: Told
    mask: Mask
    head: list[int]
    generation: int
    kept: dict[object, object] = field(default_factory=dict)
    heads: dict[str, list[int]] = field(default_factory=dict)
    heads_json: dict[tuple[str, str], bytes] = field(default_factory=dict)
    reasons: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Give the pinned slots."""
        return self.told.effect.pins

    def keep(self, key: object, page: object) -> None:
        """Keep what a page needs."""
        self.kept[key] = page
        _PAGES.note(self, key)

    def keep_number(self, key: object, number: int) -> None:
        """Keep a number."""
        self.kept[key] = number
        _NUMBERS.note(self, key)

    def explain(self, why: tuple[int, int], told: bytes) -> bytes:
        """Keep the words of a reason, and give them."""
        if len(self.reasons) >= REASONS_KEPT:
            self.reasons.clear()
        self.reasons[why] = told
        return told


_PAGES = Room(PAGES_KEPT)
_NUMBERS = Room(NUMBERS_KEPT)


class Desks:
    """The desks of a store view, each made when it is first asked for; stock counts from the next request on.

    Rules are worked out once, and again by ``tend``, outside of the requests.
    """

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._made: dict[str, Desk] = {}
        self._lock = Lock()

    def locations(self) -> list[str]:
        """Name the locations that were asked for."""
        return list(self._made)

    def at(self, location: str, rules: Sequence[Rule], shelf: Shelved) -> Desk:
        """Give the desk of a location."""
        desk = self._made.get(location)
        if desk is not None and desk.generation == shelf.generation:
            return desk
        with self._lock:
            before = self._made.get(location)
            told = before.told if before is not None else _told(location, rules, shelf)
            desk = self._made[location] = _made(location, told, shelf, before)
        return desk

    def open(self, locations: Iterable[str], rules: Sequence[Rule], shelf: Shelved) -> None:
        """Make these desks."""
        for location in locations:
            self.at(location, rules, shelf)

    def tend(self, rules: Sequence[Rule], shelf: Shelved) -> None:
        """Work out the rules again whose time has come, or which live changes may have changed."""
        for location, desk in list(self._made.items()):
            if desk.told.until <= time.time() or (desk.told.live and desk.told.changes != shelf.changes):
                told = _told(location, rules, shelf)
                with self._lock:
                    self._made[location] = _made(location, told, shelf, self._made[location])


def _made(location: str, told: Told, shelf: Shelved, before: Desk | None) -> Desk:
    generation = shelf.generation
    blended = _blended(location, told.effect.boost, shelf, before)
    excluded = told.effect.excluded
    mask = shelf.sellable.copy() if excluded is None else shelf.sellable & ~excluded
    desk = Desk(blended, told, mask, blended.head(mask), generation)
    if before is not None and before.blended is blended:
        desk.reasons = before.reasons
    return desk


def _blended(location: str, boost: FloatArray | None, shelf: Shelved, before: Desk | None) -> Blended:
    """Give the location's lists; those that were boosted alike before are used again."""
    if boost is None:
        return shelf.index.blended(location)
    known = before.told.effect.boost if before is not None else None
    if before is not None and known is not None and np.array_equal(known, boost):
        return before.blended
    return shelf.index.boosted(location, boost)


def _told(location: str, rules: Sequence[Rule], shelf: Shelved) -> Told:
    """Work the rules out, as they are now."""
    changes, now = shelf.changes, time.time()
    at = datetime.fromtimestamp(now, UTC)
    times = [each.timestamp() for rule in rules for each in (rule.starts_at, rule.ends_at) if each]
    until = min((each for each in times if each > now), default=float("inf"))
    active = [rule for rule in rules if rule.active(at)]
    if not active:
        return Told(NOTHING, until, changes, live=False)
    popularity = shelf.index.row(POPULAR, 0).tolist() if any(_by_popularity(rule) for rule in active) else ()
    live = any(rule.reads_live() for rule in active)
    return Told(effect(active, location, shelf.traits(), popularity), until, changes, live=live)


def _by_popularity(rule: Rule) -> bool:
    return rule.kind == "pin" and not rule.products
