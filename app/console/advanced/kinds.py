"""The five kinds of page, each with the blend that was chosen for it and what it was measured against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.learning.card import Row

BLEND, POPULAR = "blend", "popular"

TITLES = {
    "product": "Product page",
    "cart": "Cart",
    "home": "Home, e-mail",
    "thank-you": "Thank-you page",
    "category": "Category, search",
}
LIKE = {"thank-you": "cart", "category": "home"}

LABELS = {
    "popular": "Bestsellers",
    "trending": "Trending",
    "together": "Bought together",
    "similar": "Similar",
    "basket": "Whole basket",
    "again": "Bought before",
    "discover": "New to the shopper",
    "ranked": "Ranked by trees",
    "alsoviewed": "Viewed together",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A list in a blend; ``share`` is its weight over that of the heaviest."""

    label: str
    share: float


@dataclass(frozen=True, slots=True)
class Contest:
    """What is served to known or unknown shoppers, and what its lists alone did on the same orders."""

    known_shoppers: bool
    cases: int
    blend: Row
    alone: tuple[Row, ...]

    @property
    def beaten(self) -> int:
        return sum(each.hit_rate < self.blend.hit_rate for each in self.alone)

    @property
    def best(self) -> Row | None:
        return max(self.alone, key=lambda row: row.hit_rate, default=None)

    @property
    def popular(self) -> Row | None:
        return next((row for row in self.alone if row.name == POPULAR), None)


@dataclass(frozen=True, slots=True)
class Kind:
    """``borrowed`` names the kind whose blend this one uses, where it has none of its own."""

    title: str
    borrowed: str
    parts: tuple[Part, ...]
    contests: tuple[Contest, ...]


def kinds(chosen: Mapping[str, Any], measured: Sequence[Row]) -> list[Kind]:
    """Tell all five apart; what an older version did not keep is empty."""
    return [
        Kind(
            title=title,
            borrowed=TITLES[LIKE[location]] if location in LIKE and not chosen.get(location) else "",
            parts=_parts(chosen.get(location) or chosen.get(LIKE.get(location, "")) or {}),
            contests=tuple(_contests(row for row in measured if row.location == location)),
        )
        for location, title in TITLES.items()
    ]


def label(name: str) -> str:
    """A list's name on screen."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _parts(weights: Mapping[str, float]) -> tuple[Part, ...]:
    heaviest = max(weights.values(), default=0.0)
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Part(label(name), weight / heaviest) for name, weight in ranked if weight > 0.0)


def _contests(rows: Iterable[Row]) -> Iterable[Contest]:
    told = list(rows)
    for known in (False, True):
        mine = {row.name: row for row in told if row.known_shoppers is known}
        blend = mine.pop(BLEND, None)
        if blend is not None:
            yield Contest(known, blend.cases, blend, tuple(mine.values()))
