"""From a page to a slate: merge the lists that hang on it, leave out what must not be shown, fill every slot.

The same code answers in the fast wing and in offline ranking. It imports numpy and nothing heavier.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine.blended import POPULAR, Blended
from app.engine.explore import Explore, choose, greedy
from app.engine.ids import numbers_of
from app.engine.sentences import sentence
from app.engine.types import Anchor, Blend, IntArray, Published, Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from app.engine.blended import Mask, Row, Sum
    from app.engine.types import FloatArray

__all__ = ["POPULAR", "Explore", "Pick", "PublishedIndex", "Query", "recommend", "sentence"]

SESSION_FADE = 0.8
"""Each click further back in the session counts this much less."""

NUMBERS_KEPT = 2_000

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
        self.items = numbers_of(published.item_ids)
        self.shoppers = numbers_of(published.shopper_ids)
        self.number = lru_cache(NUMBERS_KEPT)(self.items.get)
        self._blended: dict[str, Blended] = {}

    def blend(self, location: str) -> Blend:
        """Give the blend of a location, that of the home page where the location has none."""
        blends = self.published.blends
        return blends.get(location) or blends.get(_DEFAULT_LOCATION) or _NOTHING

    def blended(self, location: str) -> Blended:
        """Give the lists of a location."""
        known = self._blended.get(location)
        if known is None:
            known = self._blended[location] = self.boosted(location, None)
        return known

    def boosted(self, location: str, boost: FloatArray | None) -> Blended:
        """Give the lists of a location, each item's scores multiplied by its factor."""
        return Blended(self.published, self.blend(location).weights, boost)

    def numbers(self, products: Sequence[str]) -> list[int]:
        """Give the numbers of the products that are known, in their order and once each."""
        get = self.number
        found = [number for product in products if (number := get(product)) is not None]
        return found if len(found) < 2 else list(dict.fromkeys(found))  # noqa: PLR2004

    def row(self, name: str, row: int) -> IntArray:
        """Give the items of one row of a list, best first; empty where there is no such list."""
        lists = self.published.lists.get(name)
        if lists is None or row + 1 >= len(lists.starts):
            return np.empty(0, np.int32)
        return lists.items[lists.starts[row] : lists.starts[row + 1]]

    def within(self, category: str | None) -> Mask | None:
        """Mark the items of a category; None where no items have one."""
        names = self.published.categories
        if category is None or len(names) != self.size or not self.size:
            return None
        marked: Mask = np.asarray(names) == category
        return marked


class Context(NamedTuple):
    """A query in the engine's numbers."""

    product: list[int]
    basket: list[int]
    recent: list[int]
    shopper: int | None

    @classmethod
    def of(cls, index: PublishedIndex, query: Query) -> Context:
        """Read a query."""
        return cls(
            index.numbers((query.product,)) if query.product is not None else [],
            index.numbers(query.basket) if query.basket else [],
            index.numbers(query.recent) if query.recent else [],
            index.shoppers.get(query.customer) if query.customer is not None else None,
        )

    def rows(self, blended: Blended) -> list[Row]:
        """Give the rows of a location that apply here.

        ITEM lists follow the page's product, else the basket, else the session, as a mean. BASKET lists
        are summed over all that is in the basket or on the page.
        """
        found: list[Row] = []
        if blended.has(Anchor.BASKET):
            summed = dict.fromkeys([*self.basket, *self.product]) if self.basket else self.product
            for number in summed or self.recent:
                found += blended.rows(Anchor.BASKET, number)
        if blended.has(Anchor.ITEM):
            _mean(found, blended, Anchor.ITEM, self.product or self.basket, self.recent)
        if self.recent:
            _mean(found, blended, Anchor.SESSION, (), self.recent)
        if self.shopper is not None:
            found += blended.rows(Anchor.SHOPPER, self.shopper)
        return found


def _mean(
    found: list[Row], blended: Blended, anchor: Anchor, numbers: Sequence[int], recent: Sequence[int]
) -> None:
    """Add the rows of ``numbers`` as a mean, else those of ``recent``, of which the older count less."""
    if len(numbers) == 1:
        found += blended.rows(anchor, numbers[0])
        return
    fades = [1.0] * len(numbers) if numbers else [SESSION_FADE**age for age in range(len(recent))]
    whole = sum(fades)
    for number, fade in zip(numbers or recent, fades, strict=True):
        found += blended.rows(anchor, number, fade / whole)


class Gate(NamedTuple):
    """Items that come before others: those the mask marks, None = all; ``head`` holds the first of them."""

    mask: Mask | None
    head: Sequence[int]


class Wanted(NamedTuple):
    """How many candidates, and which never."""

    most: int
    hidden: Collection[int]
    allowed: Callable[[int], bool] | None = None


class Gathered(NamedTuple):
    """Candidates, best first, with their scores, and the sum that they came from."""

    items: list[int]
    scores: list[float]
    summed: Sum | None


def gather(blended: Blended, rows: Sequence[Row], gates: Sequence[Gate], wanted: Wanted) -> Gathered:
    """Find candidates: all of the first gate before those of the next.

    First those with a score (ties: lower number), then the store's most popular ones, then the rest.
    """
    found: dict[int, float] = {}
    summed: Sum | None = None
    count, hidden, allowed = wanted
    for gate in gates if count else ():
        if rows:
            summed = blended.sum(rows, gate.head, gate.mask, count + len(hidden) + len(found))
            if not found and allowed is None:
                quick = _shown(summed, count, hidden)
                if quick is not None:
                    return quick
        for item, score in _walk(blended, rows, gate, summed):
            if item not in hidden and item not in found and (allowed is None or allowed(item)):
                found[item] = score
                if len(found) >= count:
                    return Gathered(list(found), list(found.values()), summed)
    return Gathered(list(found), list(found.values()), summed)


def _shown(summed: Sum, count: int, hidden: Collection[int]) -> Gathered | None:
    """Give what was summed without what is hidden; None where that is less than ``count``."""
    items, scores = summed.items, summed.scores
    for item in hidden:
        if item in items:
            place = items.index(item)
            items, scores = items[:place] + items[place + 1 :], scores[:place] + scores[place + 1 :]
    return Gathered(items[:count], scores[:count], summed) if len(items) >= count else None


def _walk(
    blended: Blended, rows: Sequence[Row], gate: Gate, summed: Sum | None
) -> Iterator[tuple[int, float]]:
    """Yield every item behind a gate, best first, some of them twice."""
    if summed is not None:
        yield from zip(summed.items, summed.scores, strict=True)
        if not summed.complete:
            every = blended.everything.tolist()
            more = blended.sum(rows, every, gate.mask, len(every))
            yield from zip(more.items, more.scores, strict=True)
    base = blended.base.data
    yield from ((item, base[item]) for item in gate.head)
    order = blended.everything if gate.mask is None else blended.everything[gate.mask[blended.everything]]
    yield from ((item, base[item]) for item in order.tolist())


def recommend(
    index: PublishedIndex, query: Query, allowed: Callable[[int], bool], explore: Explore | None = None
) -> list[Pick]:
    """Fill up to ``query.limit`` slots, best first, with items that are ``allowed``.

    Never an item of the basket or the page's own product, none that the shopper owns if the query says so.
    A list shorter than the limit means that no further candidate exists.
    """
    context = Context.of(index, query)
    blended = index.blended(query.location)
    hidden = {*context.product, *context.basket}
    if query.exclude_purchased:
        hidden.update(_owned(index, context))
    wanted = max(query.limit if explore is None else max(query.limit, explore.pool), 0)
    within = index.within(query.category)
    gates = [Gate(mask, blended.head(mask)) for mask in (within, None) if within is not None or mask is None]
    gathered = gather(blended, context.rows(blended), gates, Wanted(wanted, hidden, allowed))
    items, scores = gathered.items, gathered.scores
    path = greedy(len(items)) if explore is None else choose(scores, query.limit, explore)
    shown = [items[position] for position in path.positions]
    whys = blended.whys(gathered.summed, shown)
    return [
        Pick(item, scores[position], blended.reason(*why), odds)
        for item, why, position, odds in zip(shown, whys, path.positions, path.odds, strict=True)
    ]


def _owned(index: PublishedIndex, context: Context) -> list[int]:
    """Give all that the shopper bought, as far as it was published."""
    if context.shopper is None:
        return []
    for name, lists in index.published.lists.items():
        if lists.reason is ReasonKind.BOUGHT_BEFORE:
            owned: list[int] = index.row(name, context.shopper).tolist()
            return owned
    return []
