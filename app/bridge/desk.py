"""What may be shown at a location of a store right now: stock and rules in one mask, made anew on changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.engine.blended import POPULAR
from app.engine.rules import NOTHING, Effect, effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.blended import Blended, Mask
    from app.engine.pipeline import PublishedIndex
    from app.engine.rules import Pin, Rule, Traits
    from app.engine.types import FloatArray, IntArray

PAGES_KEPT = 1_000
REASONS_KEPT = 4_000
_RESTOCK = 1.0
"""Seconds after which rules that look at stock or prices look again."""


class Shelved(Protocol):
    """What a desk needs of a shelf."""

    index: PublishedIndex
    sellable: Mask
    generation: int

    def traits(self) -> Traits:
        """Give what rules look at."""


@dataclass(slots=True)
class Desk:
    """``mask`` marks what may be shown, ``head`` holds the first of it; ``pages`` is the room for answers.

    ``until`` is when rules have to be looked at again (seconds since 1970), ``generation`` the shelf's.
    """

    blended: Blended
    effect: Effect
    mask: Mask
    head: IntArray
    generation: int
    until: float
    pages: dict[object, object] = field(default_factory=dict)
    heads: dict[str, IntArray] = field(default_factory=dict)
    heads_json: dict[tuple[str, str], bytes] = field(default_factory=dict)
    reasons: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Give the pinned slots."""
        return self.effect.pins

    def keep(self, key: object, page: object) -> None:
        """Keep a page; when the room is full, all is made anew."""
        if len(self.pages) >= PAGES_KEPT:
            self.pages.clear()
        self.pages[key] = page

    def explain(self, why: tuple[int, int], told: bytes) -> bytes:
        """Keep the words of a reason, and give them."""
        if len(self.reasons) >= REASONS_KEPT:
            self.reasons.clear()
        self.reasons[why] = told
        return told


class Desks:
    """The desks of a store view, each made when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._made: dict[str, Desk] = {}
        self._lock = Lock()

    def at(self, location: str, rules: Sequence[Rule], shelf: Shelved) -> Desk:
        """Give the desk of a location, made anew where something changed."""
        desk = self._made.get(location)
        if desk is not None and desk.generation == shelf.generation and desk.until > time.time():
            return desk
        with self._lock:
            desk = self._made[location] = _made(location, rules, shelf, self._made.get(location))
        return desk


def _made(location: str, rules: Sequence[Rule], shelf: Shelved, before: Desk | None) -> Desk:
    now, generation = time.time(), shelf.generation
    until = before.until if before is not None else 0.0
    if before is not None and until > now:
        told, blended = before.effect, before.blended
    else:
        told, until = _effect(location, rules, shelf, now)
        blended = _blended(location, told.boost, shelf, before)
    mask = shelf.sellable.copy() if told.excluded is None else shelf.sellable & ~told.excluded
    desk = Desk(blended, told, mask, blended.head(mask), generation, until)
    if before is not None and before.blended is blended:
        desk.reasons = before.reasons
    return desk


def _blended(location: str, boost: FloatArray | None, shelf: Shelved, before: Desk | None) -> Blended:
    """Give the location's lists; those that were boosted alike before are used again."""
    if boost is None:
        return shelf.index.blended(location)
    known = before.effect.boost if before is not None else None
    if before is not None and known is not None and np.array_equal(known, boost):
        return before.blended
    return shelf.index.boosted(location, boost)


def _effect(location: str, rules: Sequence[Rule], shelf: Shelved, now: float) -> tuple[Effect, float]:
    """Work the rules out, and tell until when that holds."""
    at = datetime.fromtimestamp(now, UTC)
    times = [
        each for rule in rules for each in (rule.starts_at, rule.ends_at) if each is not None and each > at
    ]
    until = min((each.timestamp() for each in times), default=float("inf"))
    active = [rule for rule in rules if rule.active(at)]
    if not active:
        return NOTHING, until
    if any(rule.reads_live() for rule in active):
        until = min(until, now + _RESTOCK)
    popularity = shelf.index.row(POPULAR, 0).tolist() if any(_by_popularity(rule) for rule in active) else ()
    return effect(active, location, shelf.traits(), popularity), until


def _by_popularity(rule: Rule) -> bool:
    return rule.kind == "pin" and not rule.products
