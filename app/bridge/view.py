"""A store as the fast wing sees it at this moment: configuration, lists, cards, and live changes on top."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from app.bridge.config import StoreConfig
from app.bridge.overlay import Aspect, Entry
from app.bridge.snapshot import Card, Snapshot, sellable
from app.engine.pipeline import PublishedIndex

_FRAGMENTS_KEPT = 20_000
_WORD = re.compile(r"\w+")


class Shelf:
    """A snapshot with the live changes applied. Reading needs no lock; one thread at a time may ``apply``."""

    def __init__(self, snapshot: Snapshot, live: Mapping[str, Entry]) -> None:
        """Put the snapshot on the shelf, with all that changed since."""
        self.snapshot = snapshot
        self.index = PublishedIndex(snapshot.published)
        self.product_ids = list(self.index.items)
        self.live: dict[str, Entry] = {}
        self._sellable = sellable(snapshot)
        self._fragments: dict[int, bytes] = {}
        self._words: dict[str, set[int]] | None = None
        self.apply(live)

    @property
    def allowed(self) -> Callable[[int], bool]:
        """Tell by an item's number whether it may be sold now: visible, and in stock or not counted."""
        return cast("Callable[[int], bool]", self._sellable.__getitem__)

    def apply(self, changes: Mapping[str, Entry]) -> None:
        """Let live changes win over what was published; of each aspect the highest version counts."""
        for product_id, change in changes.items():
            known = self.live.get(product_id)
            self.live[product_id] = known.merge(change) if known is not None else change
            item = self.index.items.get(product_id)
            if item is not None:
                card = self.card(item)
                self._sellable[item] = card.visible and (card.stock is None or card.stock > 0)
                self._fragments.pop(item, None)

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

    def fragment(self, item: int) -> bytes:
        """Give the members of the item's card as JSON, without the braces around them."""
        known = self._fragments.get(item)
        if known is not None:
            return known
        product_id = self.product_ids[item]
        before = self.live.get(product_id)
        if len(self._fragments) >= _FRAGMENTS_KEPT:
            self._fragments.clear()
        made = self._fragments[item] = msgspec.json.encode(_shown(self.card(item)))[1:-1]
        if (
            self.live.get(product_id) is not before
        ):  # changed while it was encoded: the next one does it again
            self._fragments.pop(item, None)
        return made

    def matching(self, words: str) -> set[int]:
        """Give the items whose title has all of the words; none where there are no words."""
        if self._words is None:
            self._words = self._read_titles()
        asked = [self._words.get(word, set()) for word in _WORD.findall(words.casefold())]
        return set.intersection(*asked) if asked else set()

    def weight(self) -> int:
        """Estimate the bytes of memory behind this shelf, the mapped arrays included."""
        published = self.snapshot.published
        arrays = sum(lists.items.nbytes * 3 + lists.starts.nbytes for lists in published.lists.values())
        return arrays + 1000 * len(published.item_ids) + 150 * len(published.shopper_ids)

    def _read_titles(self) -> dict[str, set[int]]:
        words: dict[str, set[int]] = {}
        for item, card in enumerate(self.snapshot.cards):
            for word in _WORD.findall(card.title.casefold()):
                words.setdefault(word, set()).add(item)
        return words


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store now. ``shelf`` is None until its first snapshot is published."""

    config: StoreConfig
    shelf: Shelf | None

    @property
    def model_version(self) -> str:
        """Name the version that is served, the empty text where there is none."""
        return self.shelf.snapshot.version if self.shelf is not None else ""


class _Price(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Shown(msgspec.Struct, frozen=True):
    product_id: str
    variant_id: str | None
    title: str
    url: str
    image: str
    price: _Price


def _shown(card: Card) -> _Shown:
    price = _Price(card.price_amount, card.currency)
    return _Shown(card.product_id, card.variant_id, card.title, card.url, card.image, price)
