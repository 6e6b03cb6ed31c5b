"""From a page to a slate: merge the lists that hang on it, leave out what must not be shown, fill every slot.

The same code answers in the fast wing and in offline ranking. It imports numpy and nothing heavier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from app.engine.explore import Explore, choose, greedy
from app.engine.types import Anchor, Blend, IntArray, Lists, LongArray, Published, Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Explore", "Pick", "PublishedIndex", "Query", "recommend", "sentence"]

POPULAR = "popular"
"""Name of the list that ranks every item of the store; it is the last floor below all placements."""

SESSION_FADE = 0.8
"""Each click further back in the session counts this much less."""

WORTH_TELLING = 1.2
"""A lift below this is nothing to tell a shopper."""

_ROUND_FROM = 9.95
_HEAD = 96
_NOTHING = Blend(weights={})
_DEFAULT_LOCATION = "home"


@dataclass(frozen=True, slots=True)
class Query:
    """What is known about the page: ``recent`` holds the last products seen, newest first."""

    location: str
    product: str | None
    basket: tuple[str, ...]
    customer: str | None
    limit: int
    recent: tuple[str, ...] = ()
    exclude_purchased: bool = False
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One slot: the item's number, its blended score, why it is here, and the odds of its choice."""

    item: int
    score: float
    reason: Reason
    propensity: float


class PublishedIndex:
    """A ``Published`` with the numbers of its ids at hand; built once per snapshot, shared by threads."""

    def __init__(self, published: Published) -> None:
        """Number the ids; the arrays of the lists are used as they are, never copied."""
        self.published = published
        self.size = len(published.item_ids)
        self.items = {product: number for number, product in enumerate(published.item_ids)}
        self.shoppers = {shopper: number for number, shopper in enumerate(published.shopper_ids)}
        categories = published.categories
        self.categories = np.asarray(categories) if len(categories) == self.size and self.size else None

    def blend(self, location: str) -> Blend:
        """Give the blend of a location, that of the home page where the location has none."""
        blends = self.published.blends
        return blends.get(location) or blends.get(_DEFAULT_LOCATION) or _NOTHING

    def numbers(self, products: Sequence[str]) -> list[int]:
        """Give the numbers of the products that are known, in their order and once each."""
        found = (self.items.get(product) for product in products)
        return list(dict.fromkeys(number for number in found if number is not None))

    def row(self, name: str, row: int) -> IntArray:
        """Give the items of one row of a list, best first; empty where there is no such list."""
        lists = self.published.lists.get(name)
        if lists is None or row + 1 >= len(lists.starts):
            return np.empty(0, np.int32)
        return lists.items[lists.starts[row] : lists.starts[row + 1]]


@dataclass(frozen=True, slots=True)
class _Context:
    """A query in the engine's numbers."""

    product: list[int]
    basket: list[int]
    recent: list[int]
    shopper: int | None

    def rows(self, anchor: Anchor) -> tuple[list[int], list[float]]:
        """Give the rows of a list that apply here, and the factor of each.

        An ITEM list follows the page's product, else the basket, else the session, as a mean. A BASKET list
        is the sum over all that is in the basket or on the page.
        """
        if anchor is Anchor.NONE:
            return [0], [1.0]
        if anchor is Anchor.SHOPPER:
            return ([self.shopper], [1.0]) if self.shopper is not None else ([], [])
        if anchor is Anchor.BASKET:
            rows = list(dict.fromkeys(self.basket + self.product)) or self.recent
            return rows, [1.0] * len(rows)
        rows = self.recent if anchor is Anchor.SESSION else self.product or self.basket or self.recent
        fades = [SESSION_FADE**age if rows is self.recent else 1.0 for age in range(len(rows))]
        return rows, [fade / sum(fades) for fade in fades]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one list says here: entries of the list, the row of each, and its weighted score."""

    lists: Lists
    entries: LongArray
    rows: LongArray
    items: IntArray
    scores: NDArray[np.float64]
    dense: NDArray[np.float64]

    def reason(self, item: int) -> Reason:
        """Explain an item by the row that speaks most for it."""
        if not len(self.lists.counts):
            return Reason(self.lists.reason)
        mine = np.flatnonzero(self.items == item)
        best = mine[np.argmax(self.scores[mine])]
        return self.lists.because(int(self.rows[best]), int(self.entries[best]))


@dataclass(slots=True)
class _Ranking:
    """All that is needed to walk the candidates, best first, and to say why."""

    index: PublishedIndex
    parts: list[_Part]
    hidden: set[int]
    category: str | None
    total: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        """Sum the parts."""
        self.total = np.zeros(self.index.size)
        for part in self.parts:
            self.total += part.dense

    def walk(self) -> Iterator[int]:
        """Yield every item that is not hidden once: the page's category first, then the rest."""
        within = self._within()
        seen = set(self.hidden)
        for keep in (within, None) if within is not None else (None,):
            for item in self._order():
                if item not in seen and (keep is None or keep[item]):
                    seen.add(item)
                    yield item

    def reason(self, item: int) -> Reason:
        """Explain an item by the list that adds most to its score."""
        best = max(self.parts, key=lambda part: part.dense[item], default=None)
        if best is None or best.dense[item] <= 0.0:
            return Reason(ReasonKind.POPULAR)
        return best.reason(item)

    def _within(self) -> NDArray[np.bool_] | None:
        """Mark the items of the page's category."""
        if self.category is None or self.index.categories is None:
            return None
        marked: NDArray[np.bool_] = self.index.categories == self.category
        return marked

    def _order(self) -> Iterator[int]:
        """Yield the scored items best first (ties: lower number), then the store's most popular ones."""
        found = np.flatnonzero(self.total > 0.0)
        if len(found) > _HEAD:
            cut = np.partition(self.total[found], len(found) - _HEAD)[len(found) - _HEAD]
            yield from self._sorted(found[self.total[found] >= cut])
        yield from self._sorted(found)
        yield from self.index.row(POPULAR, 0).tolist()
        yield from range(self.index.size)

    def _sorted(self, items: LongArray) -> list[int]:
        order: list[int] = items[np.argsort(-self.total[items], kind="stable")].tolist()
        return order


def recommend(
    index: PublishedIndex, query: Query, allowed: Callable[[int], bool], explore: Explore | None = None
) -> list[Pick]:
    """Fill up to ``query.limit`` slots, best first, with items that are ``allowed``.

    Never an item of the basket or the page's own product, none that the shopper owns if the query says so.
    A list shorter than the limit means that no further candidate exists.
    """
    context = _context(index, query)
    owned = _owned(index, context) if query.exclude_purchased else []
    parts = [part for part in _parts(index, query, context) if len(part.items)]
    hidden = {*context.product, *context.basket, *owned}
    ranking = _Ranking(index, parts, hidden, query.category)
    wanted = query.limit if explore is None else max(query.limit, explore.pool)
    items = list(islice((item for item in ranking.walk() if allowed(item)), max(wanted, 0)))
    scores = [float(ranking.total[item]) for item in items]
    path = greedy(len(items)) if explore is None else choose(scores, query.limit, explore)
    return [
        Pick(items[position], scores[position], ranking.reason(items[position]), odds)
        for position, odds in zip(path.positions, path.odds, strict=True)
    ]


def sentence(reason: Reason) -> str:
    """Say a reason in words for the shopper.

    E.g. ``Bought together in 41 of 500 orders, 3.2 times more than chance``; a lift not known or below
    ``WORTH_TELLING`` is left out.
    """
    if reason.kind is ReasonKind.BOUGHT_TOGETHER and reason.count > 1:
        told = f"Bought together in {reason.count} of {reason.total} orders"
        if reason.lift < WORTH_TELLING:
            return told
        times = f"{reason.lift:.1f}" if reason.lift < _ROUND_FROM else f"{reason.lift:.0f}"
        return f"{told}, {times} times more than chance"
    return _SENTENCES[reason.kind]


_SENTENCES = {
    ReasonKind.BOUGHT_TOGETHER: "Often bought together",
    ReasonKind.SIMILAR: "Similar to this",
    ReasonKind.BOUGHT_BEFORE: "You bought this before",
    ReasonKind.FOR_YOU: "Picked for you",
    ReasonKind.TRENDING: "Trending now",
    ReasonKind.POPULAR: "Popular in this shop",
    ReasonKind.NEW: "New in this shop",
    ReasonKind.SEASONAL: "For this time of year",
    ReasonKind.VIEWED: "You looked at this",
    ReasonKind.VIEWED_TOGETHER: "Often looked at together",
    ReasonKind.BOUGHT_NEXT: "Often bought next",
    ReasonKind.GOES_WITH: "Goes well with this",
    ReasonKind.INSTEAD: "An alternative to this",
    ReasonKind.STEP_UP: "A step up from this",
    ReasonKind.DUE: "Time to buy this again",
}


def _context(index: PublishedIndex, query: Query) -> _Context:
    shopper = index.shoppers.get(query.customer) if query.customer is not None else None
    product = index.numbers([query.product]) if query.product is not None else []
    return _Context(product, index.numbers(query.basket), index.numbers(query.recent), shopper)


def _owned(index: PublishedIndex, context: _Context) -> list[int]:
    """Give all that the shopper bought, as far as it was published."""
    if context.shopper is None:
        return []
    for name, lists in index.published.lists.items():
        if lists.reason is ReasonKind.BOUGHT_BEFORE:
            owned: list[int] = index.row(name, context.shopper).tolist()
            return owned
    return []


def _parts(index: PublishedIndex, query: Query, context: _Context) -> Iterator[_Part]:
    """Read the rows that apply from every list that the location's blend names."""
    for name, weight in index.blend(query.location).weights.items():
        lists = index.published.lists.get(name)
        if lists is not None and weight:
            rows, factors = context.rows(lists.anchor)
            yield _part(lists, np.asarray(rows, np.int64), np.asarray(factors) * weight, index.size)


def _part(lists: Lists, rows: LongArray, factors: NDArray[np.float64], size: int) -> _Part:
    """Gather rows of a list: ``factors`` holds the weight of each row."""
    starts = lists.starts[rows]
    lengths = lists.starts[rows + 1] - starts
    offsets = np.cumsum(lengths) - lengths
    entries = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(starts - offsets, lengths)
    items = lists.items[entries]
    scores = lists.scores[entries] * np.repeat(factors, lengths)
    dense = np.bincount(items, weights=scores, minlength=size).astype(np.float64, copy=False)
    return _Part(lists, entries, np.repeat(rows, lengths), items, scores, dense)
