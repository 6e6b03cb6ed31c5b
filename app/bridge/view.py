"""A store as the fast wing sees it at this moment: configuration, lists, cards, and live changes on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from app.bridge import cards
from app.bridge.columns import Texts
from app.bridge.config import StoreConfig
from app.bridge.desk import Desk, Desks
from app.bridge.overlay import Aspect, Entry
from app.bridge.snapshot import Card, Snapshot
from app.engine.pipeline import PublishedIndex
from app.engine.rules import Traits

if TYPE_CHECKING:
    from app.engine.blended import Mask
    from app.engine.rules import Coded
    from app.engine.types import IntArray

_CATEGORIES_KEPT = 32
_FRAGMENTS_KEPT = 1_000


class Shelf:
    """A snapshot with the live changes applied. Reading needs no lock; one thread at a time may ``apply``.

    ``sellable`` marks what may be sold now: visible, and in stock or not counted. ``generation`` rises
    whenever that changes for any item, or what a card says; ``changes`` with every live change.
    """

    def __init__(self, snapshot: Snapshot, live: Mapping[str, Entry]) -> None:
        """Put the snapshot on the shelf, with all that changed since."""
        self.snapshot = snapshot
        self.index = PublishedIndex(snapshot.published)
        self.live: dict[str, Entry] = {}
        self.generation = 0
        self.changes = 0
        self._cards = cards.columns_of(snapshot.cards)
        self.sellable: Mask = self._cards.sellable()
        self._changed: dict[int, bytes] = {}
        self._stock: dict[int, int] = {}
        self._prices: dict[int, int] = {}
        self.within = lru_cache(_CATEGORIES_KEPT)(partial(_within, self._cards))
        self._published = lru_cache(_FRAGMENTS_KEPT)(self._cards.fragment)
        self.apply(live)

    @property
    def allowed(self) -> Callable[[int], bool]:
        """Tell by an item's number whether it may be sold now."""
        return lambda item: bool(self.sellable[item])

    def apply(self, changes: Mapping[str, Entry]) -> None:
        """Let live changes win over what was published; of each aspect the highest version counts."""
        for product_id, change in changes.items():
            known = self.live.get(product_id)
            self.live[product_id] = known.merge(change) if known is not None else change
            item = self.index.items.get(product_id)
            if item is not None:
                self._apply(item)

    def _apply(self, item: int) -> None:
        card = self.card(item)
        sellable = card.visible and (card.stock is None or card.stock > 0)
        told = cards.fragment(card)
        self.changes += 1
        self._stock[item] = -1 if card.stock is None else card.stock
        self._prices[item] = card.price_amount
        if sellable != self.sellable[item] or told != self.fragment(item):
            self._changed[item] = told
            self.sellable[item] = sellable
            self.generation += 1

    def card(self, item: int) -> Card:
        """Give the item's card as it is now."""
        card = self.snapshot.cards[item]
        entry = self.live.get(card.product_id)
        if entry is None:
            return card
        price = entry.value(Aspect.PRICE, card.price_amount)
        return replace(
            card,
            stock=entry.value(Aspect.STOCK, card.stock),
            price_amount=card.price_amount if price is None else price,
            visible=bool(entry.value(Aspect.VISIBLE, card.visible)),
        )

    def ids(self, items: Sequence[int]) -> tuple[str, ...]:
        """Give the shop's ids of items."""
        ids = self.snapshot.published.item_ids
        return tuple(ids.several(items) if isinstance(ids, Texts) else [ids[item] for item in items])

    def fragment(self, item: int) -> bytes:
        """Give the members of the item's card as JSON, without the braces around them."""
        return self._changed.get(item) or self._published(item)

    def price(self, item: int) -> int:
        """Give the item's price now, in minor units."""
        known = self._prices.get(item)
        return int(self._cards.prices[item]) if known is None else known

    def traits(self) -> Traits:
        """Give what rules look at, as it is now."""
        stock, prices = np.array(self._cards.stock), np.array(self._cards.prices)
        for values, changed in ((stock, self._stock), (prices, self._prices)):
            if changed:
                values[list(changed)] = list(changed.values())
        return Traits(self.index.items, self.categories, self.brands, prices, stock)

    @cached_property
    def categories(self) -> Coded:
        """Give the category of each item as a code."""
        return self._cards.coded("category")

    @cached_property
    def category_codes(self) -> memoryview:
        """Give the same codes as plain numbers, quick to look up one by one."""
        return self.categories.codes.data

    @cached_property
    def brands(self) -> Coded:
        """Give the brand of each item as a code."""
        return self._cards.coded("brand")

    def found(self, words: str) -> IntArray:
        """Give the items whose title has all of the words; none where there are no words."""
        return self._cards.matching(words)

    def matching(self, words: str) -> set[int]:
        """Give the same as a set."""
        return set(self.found(words).tolist())

    def weight(self) -> int:
        """Estimate the bytes of memory behind this shelf.

        An eighth of the mapped arrays counts: what is not in use is the system's to take back.
        """
        published = self.snapshot.published
        mapped = sum(
            each.nbytes
            for lists in published.lists.values()
            for each in (lists.starts, lists.items, lists.scores, lists.counts)
        )
        return mapped // 8 + 100 * len(published.item_ids)


def _within(columns: cards.Cards | cards.Joined, category: str) -> Mask:
    """Mark the items of a category, spelled as the shop spells it."""
    return columns.coded("category").among((category,))


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store now. ``shelf`` is None until its first snapshot is published."""

    config: StoreConfig
    shelf: Shelf | None
    _desks: Desks = field(default_factory=Desks)

    @property
    def model_version(self) -> str:
        """Name the version that is served, the empty text where there is none."""
        return self.shelf.snapshot.version if self.shelf is not None else ""

    def desk(self, location: str) -> Desk:
        """Give what may be shown at a location now, rules applied. The store must have a shelf."""
        assert self.shelf is not None  # noqa: S101 - the promise above
        return self._desks.at(location, self.config.rules, self.shelf)

    def tend(self) -> None:
        """Look at the rules again where time or live changes may have changed what they come to."""
        if self.shelf is not None:
            self._desks.tend(self.config.rules, self.shelf)

    def like(self, before: StoreView) -> StoreView:
        """Make ready what was in use in the view before."""
        if self.shelf is not None:
            self._desks.open(before._desks.locations(), self.config.rules, self.shelf)
        return self
