"""What a shopper sees of each item, as columns of a published file; a card is put together when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

import msgspec
import numpy as np

from app.bridge.columns import Columns, Texts, Writer
from app.engine.rules import Coded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.types import IntArray, LongArray

_TEXTS = ("title", "url", "image", "currency", "category", "brand")
_CODED = ("category", "brand")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Card:
    """What a shopper sees of an item. ``stock`` None = not counted; amounts are minor units."""

    product_id: str
    variant_id: str | None
    title: str
    url: str
    image: str
    price_amount: int
    currency: str
    category: str
    stock: int | None
    visible: bool
    brand: str = ""


class _Price(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    product_id: str
    variant_id: str | None
    title: str
    url: str
    image: str
    price: _Price
    brand: str = ""


def fragment(card: Card) -> bytes:
    """Give the members of a card as JSON, without the braces around them."""
    price = _Price(card.price_amount, card.currency)
    shown = _Shown(card.product_id, card.variant_id, card.title, card.url, card.image, price, card.brand)
    return msgspec.json.encode(shown)[1:-1]


def write(writer: Writer, cards: Sequence[Card]) -> None:
    """Write cards, but for the product ids; and beside them what pages ask for: JSON, codes, words."""
    for name in _TEXTS:
        writer.texts(f"card.{name}", (getattr(card, name) for card in cards))
    writer.maybe_texts("card.variant_id", [card.variant_id for card in cards])
    writer.maybe_numbers("card.stock", [card.stock for card in cards])
    writer.array("card.price_amount", np.array([card.price_amount for card in cards], np.int64), "int64")
    writer.array("card.visible", np.array([card.visible for card in cards], np.uint8), "uint8")
    writer.texts("card.json", [fragment(card) for card in cards])
    for name in _CODED:
        found = {text: code for code, text in enumerate(dict.fromkeys(getattr(card, name) for card in cards))}
        writer.texts(f"{name}.names", found)
        codes = [found[getattr(card, name)] for card in cards]
        writer.array(f"{name}.codes", np.array(codes, np.int32), "int32")
    _write_words(writer, [card.title for card in cards])


def _write_words(writer: Writer, titles: Sequence[str]) -> None:
    """Write for each word the items whose title has it."""
    words: dict[str, list[int]] = {}
    for item, title in enumerate(titles):
        for word in set(_WORD.findall(title.casefold())):
            words.setdefault(word, []).append(item)
    writer.ids("words", list(words))
    writer.array("words.items", np.array([item for row in words.values() for item in row], np.int32), "int32")
    writer.array("words.rows", np.cumsum([0, *map(len, words.values())]), "int64")


class Cards(Sequence[Card]):
    """Cards as columns. KeyError or ValueError where one is missing or of another length."""

    def __init__(self, columns: Columns, item_ids: Sequence[str]) -> None:
        """Take the columns of a published file; nothing is read yet."""
        self.item_ids = item_ids
        self._columns = columns
        given = [name for name in (*_TEXTS, "variant_id", "json") if f"card.{name}.starts" in columns.places]
        self._texts: dict[str, Texts] = {name: columns.texts(f"card.{name}") for name in given}
        self.prices: LongArray = columns.array("card.price_amount")
        self._visible = columns.array("card.visible")
        self._stock = columns.array("card.stock")
        self._counted = columns.some("card.stock")
        self._variants = columns.some("card.variant_id")
        rows = [len(self._texts[name]) for name in given]
        rows += [len(each) for each in (self.prices, self._visible, self._stock)]
        if set(rows) != {len(item_ids)}:
            message = "columns of cards differ in length"
            raise ValueError(message)

    @classmethod
    def of(cls, cards: Sequence[Card]) -> Cards:
        """Give cards in memory the same form."""
        writer = Writer()
        write(writer, cards)
        return cls(Columns(writer.body(), writer.places()), [card.product_id for card in cards])

    @property
    def stock(self) -> LongArray:
        """Give what is left of each, -1 where it is not counted."""
        return np.where(self._counted == 1, self._stock, -1)

    def sellable(self) -> NDArray[np.bool_]:
        """Tell for each whether it may be sold: visible, and in stock or not counted."""
        told: NDArray[np.bool_] = ((self._stock > 0) | (self._counted == 0)) & (self._visible == 1)
        return told

    def coded(self, name: str) -> Coded:
        """Give the ``category`` or ``brand`` of each as a code."""
        if f"{name}.codes" in self._columns.places:
            return Coded.of(self._columns.array(f"{name}.codes"), list(self._columns.texts(f"{name}.names")))
        found: dict[str, int] = {}
        codes = [found.setdefault(text, len(found)) for text in self._texts.get(name, [""] * len(self))]
        return Coded.of(np.array(codes, np.int32), list(found))

    def fragment(self, item: int) -> bytes:
        """Give the members of a card as JSON, without the braces around them."""
        known = self._texts.get("json")
        return known.raw(item) if known is not None else fragment(self[item])

    @cached_property
    def _words(self) -> tuple[Texts, IntArray, LongArray] | None:
        columns = self._columns
        if "words.rows" not in columns.places:
            return None
        return columns.ids("words"), columns.array("words.items"), columns.array("words.rows")

    def matching(self, words: str) -> IntArray:
        """Give the items whose title has all of the words; none where there are no words."""
        asked = _WORD.findall(words.casefold())
        if self._words is None:
            have = [set(asked) <= set(_WORD.findall(title.casefold())) for title in self._texts["title"]]
            return np.flatnonzero(have if asked else []).astype(np.int32)
        names, items, rows = self._words
        numbers = [names.numbers.get(word) if names.numbers is not None else None for word in asked]
        found: IntArray | None = None
        for number in numbers:
            mine = items[rows[number] : rows[number + 1]] if number is not None else items[:0]
            found = mine if found is None else np.intersect1d(found, mine, assume_unique=True)
        return found if found is not None else items[:0]

    def __len__(self) -> int:
        return len(self.item_ids)

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> list[Card]: ...
    def __getitem__(self, index: int | slice) -> Card | list[Card]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        text = {name: texts[place] for name, texts in self._texts.items() if name != "json"}
        return Card(
            product_id=self.item_ids[place],
            variant_id=text["variant_id"] if self._variants[place] else None,
            title=text["title"],
            url=text["url"],
            image=text["image"],
            price_amount=int(self.prices[place]),
            currency=text["currency"],
            category=text["category"],
            stock=int(self._stock[place]) if self._counted[place] else None,
            visible=bool(self._visible[place]),
            brand=text.get("brand", ""),
        )

    def __iter__(self) -> Iterator[Card]:
        return (self[place] for place in range(len(self)))


class Joined(Sequence[Card]):
    """Cards, and more cards after them; the first are not copied."""

    def __init__(self, first: Cards | Joined, more: Sequence[Card]) -> None:
        """Put ``more`` after ``first``."""
        self._first = first
        self._more = Cards.of(more)
        self.prices: LongArray = np.concatenate([first.prices, self._more.prices])

    @property
    def stock(self) -> LongArray:
        """Give what is left of each, -1 where it is not counted."""
        return np.concatenate([self._first.stock, self._more.stock])

    def sellable(self) -> NDArray[np.bool_]:
        """Tell for each whether it may be sold."""
        return np.concatenate([self._first.sellable(), self._more.sellable()])

    def coded(self, name: str) -> Coded:
        """Give the ``category`` or ``brand`` of each as a code."""
        return self._first.coded(name).followed(self._more.coded(name))

    def fragment(self, item: int) -> bytes:
        """Give the members of a card as JSON, without the braces around them."""
        place = item - len(self._first)
        return self._first.fragment(item) if place < 0 else self._more.fragment(place)

    def matching(self, words: str) -> IntArray:
        """Give the items whose title has all of the words."""
        after = self._more.matching(words) + np.int32(len(self._first))
        return np.concatenate([self._first.matching(words), after])

    def __len__(self) -> int:
        return len(self._first) + len(self._more)

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> list[Card]: ...
    def __getitem__(self, index: int | slice) -> Card | list[Card]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self._first[place] if place < len(self._first) else self._more[place - len(self._first)]


def columns_of(cards: Sequence[Card]) -> Cards | Joined:
    """Give cards in columns; those that were published are."""
    return cards if isinstance(cards, Cards | Joined) else Cards.of(cards)
