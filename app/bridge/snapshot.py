"""What is published per store, as bytes: a small header, then raw arrays that are used where they lie."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import overload

import msgspec
import numpy as np

from app.bridge.columns import ALIGNMENT, Buffer, Columns, Place, Texts, Writer
from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind

_MAGIC = b"ALONGSIDE"
_FORMAT = 1
_PREFIX = struct.Struct("<9sHIQ16s")
"""Magic, format, header length, total length, digest of all that follows the prefix."""

_LIST_COLUMNS = {
    "starts": "int64",
    "items": "int32",
    "scores": "float32",
    "counts": "int32",
    "totals": "int32",
}


class SnapshotError(ValueError):
    """The bytes are no snapshot that this program can use; the sentence says why."""


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the fast wing needs of a trained store; card ``n`` belongs to ``published.item_ids[n]``."""

    version: str
    store_id: str
    published: Published
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class _Header:
    version: str
    store_id: str
    lists: dict[str, tuple[Anchor, ReasonKind]]
    blends: dict[str, dict[str, float]]
    columns: dict[str, Place]
    orders: dict[str, int] = field(default_factory=dict)  # missing in snapshots of earlier versions


def encode(snapshot: Snapshot) -> bytes:
    """Write a snapshot. Raises SnapshotError where its parts do not fit together."""
    _check(snapshot)
    published = snapshot.published
    writer = Writer()
    writer.texts("item_ids", published.item_ids)
    writer.texts("shopper_ids", published.shopper_ids)
    writer.texts("categories", published.categories)
    for name, lists in published.lists.items():
        for column, dtype in _LIST_COLUMNS.items():
            writer.array(f"list.{name}.{column}", getattr(lists, column), dtype)
    _write_cards(writer, snapshot.cards)
    header = msgspec.json.encode(
        _Header(
            snapshot.version,
            snapshot.store_id,
            {name: (lists.anchor, lists.reason) for name, lists in published.lists.items()},
            {location: dict(blend.weights) for location, blend in published.blends.items()},
            writer.places(),
            {name: lists.orders for name, lists in published.lists.items() if lists.orders},
        )
    )
    header += b" " * (-(_PREFIX.size + len(header)) % ALIGNMENT)
    rest = header + writer.body()
    prefix = _PREFIX.pack(_MAGIC, _FORMAT, len(header), _PREFIX.size + len(rest), _digest(rest))
    return prefix + rest


def decode(buffer: Buffer, *, verify: bool = True) -> Snapshot:
    """Read a snapshot in place: it lives on ``buffer`` (bytes, or a view of a memory-mapped file).

    ``verify`` False skips the checksum, for a buffer that was verified before. Raises SnapshotError.
    """
    view = memoryview(buffer)
    header_length = _check_prefix(view, verify=verify)
    body_at = _PREFIX.size + header_length
    try:
        header = msgspec.json.decode(view[_PREFIX.size : body_at], type=_Header)
        columns = Columns(view[body_at:], header.columns)
        published = Published(
            item_ids=columns.texts("item_ids"),
            shopper_ids=columns.texts("shopper_ids"),
            lists={name: _read_lists(columns, name, header) for name in header.lists},
            blends={location: Blend(weights) for location, weights in header.blends.items()},
            categories=columns.texts("categories"),
        )
        return Snapshot(header.version, header.store_id, published, _Cards.read(columns, published.item_ids))
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        message = f"the snapshot is damaged: {error}"
        raise SnapshotError(message) from error


def sellable(snapshot: Snapshot) -> list[bool]:
    """Tell for each item whether its card may be sold: visible, and in stock or not counted."""
    return _sellable(snapshot.cards)


def _sellable(cards: Sequence[Card]) -> list[bool]:
    if isinstance(cards, _Cards | Joined):
        return cards.sellable()
    return [card.visible and (card.stock is None or card.stock > 0) for card in cards]


def _check_prefix(view: memoryview, *, verify: bool) -> int:
    """Give the header's length, if these are the bytes of a whole snapshot of a known format."""
    if len(view) < _PREFIX.size:
        message = "the snapshot is damaged: too short"
        raise SnapshotError(message)
    magic, version, header_length, total, digest = _PREFIX.unpack_from(view)
    if magic != _MAGIC:
        message = "this is not a snapshot"
        raise SnapshotError(message)
    if version != _FORMAT:
        message = f"the snapshot has format {version}, this program reads {_FORMAT}"
        raise SnapshotError(message)
    if total != len(view) or (verify and digest != _digest(view[_PREFIX.size :])):
        message = "the snapshot is damaged: length or checksum differs"
        raise SnapshotError(message)
    return int(header_length)


def _digest(rest: Buffer) -> bytes:
    return blake2b(rest, digest_size=16).digest()


def _check(snapshot: Snapshot) -> None:
    """Refuse a snapshot whose arrays point outside of each other, so that no reader has to look again."""
    published = snapshot.published
    size = len(published.item_ids)
    if [card.product_id for card in snapshot.cards] != list(published.item_ids):
        message = "the cards do not follow the item ids"
        raise SnapshotError(message)
    if len(published.categories) not in {0, size}:
        message = "the categories do not follow the item ids"
        raise SnapshotError(message)
    for name, lists in published.lists.items():
        if not _fits(lists, size):
            message = f"the list {name!r} does not fit together"
            raise SnapshotError(message)


def _fits(lists: Lists, size: int) -> bool:
    starts, items = lists.starts, lists.items
    rows_fit = (
        len(starts) > 0 and starts[0] == 0 and starts[-1] == len(items) and bool((np.diff(starts) >= 0).all())
    )
    items_fit = not len(items) or (items.min() >= 0 and items.max() < size)
    counts_fit = len(lists.counts) in {0, len(items)} and len(lists.totals) in {0, len(starts) - 1}
    both_or_none = bool(len(items)) <= (bool(len(lists.counts)) == bool(len(lists.totals)))
    return bool(rows_fit and items_fit and counts_fit and both_or_none and len(lists.scores) == len(items))


def _read_lists(columns: Columns, name: str, header: _Header) -> Lists:
    anchor, reason = header.lists[name]
    arrays = {column: columns.array(f"list.{name}.{column}") for column in _LIST_COLUMNS}
    return Lists(anchor, reason, **arrays, orders=header.orders.get(name, 0))


_CARD_TEXTS = ("title", "url", "image", "currency", "category")


def _write_cards(writer: Writer, cards: Sequence[Card]) -> None:
    """Write all of the cards but the product ids, which are the item ids."""
    for name in _CARD_TEXTS:
        writer.texts(f"card.{name}", (getattr(card, name) for card in cards))
    writer.maybe_texts("card.variant_id", [card.variant_id for card in cards])
    writer.maybe_numbers("card.stock", [card.stock for card in cards])
    writer.array("card.price_amount", np.array([card.price_amount for card in cards], np.int64), "int64")
    writer.array("card.visible", np.array([card.visible for card in cards], np.uint8), "uint8")


@dataclass(frozen=True, slots=True, eq=False)
class _Cards(Sequence[Card]):
    """Cards as columns; one is put together when it is asked for."""

    item_ids: Sequence[str]
    texts: Mapping[str, Texts]
    columns: Columns

    @classmethod
    def read(cls, columns: Columns, item_ids: Sequence[str]) -> _Cards:
        """Take the columns; raises KeyError or ValueError where one is missing or of another length."""
        cards = cls(
            item_ids, {name: columns.texts(f"card.{name}") for name in (*_CARD_TEXTS, "variant_id")}, columns
        )
        rows = [len(texts) for texts in cards.texts.values()]
        rows += [len(columns.array(f"card.{name}")) for name in ("price_amount", "visible", "stock")]
        if set(rows) != {len(item_ids)}:
            message = "columns of cards differ in length"
            raise ValueError(message)
        return cards

    def sellable(self) -> list[bool]:
        columns = self.columns
        stocked = (columns.array("card.stock") > 0) | (columns.some("card.stock") == 0)
        told: list[bool] = (stocked & (columns.array("card.visible") == 1)).tolist()
        return told

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
        text = {name: texts[place] for name, texts in self.texts.items()}
        columns = self.columns
        return Card(
            product_id=self.item_ids[place],
            variant_id=text["variant_id"] if columns.some("card.variant_id")[place] else None,
            title=text["title"],
            url=text["url"],
            image=text["image"],
            price_amount=int(columns.array("card.price_amount")[place]),
            currency=text["currency"],
            category=text["category"],
            stock=int(columns.array("card.stock")[place]) if columns.some("card.stock")[place] else None,
            visible=bool(columns.array("card.visible")[place]),
        )

    def __iter__(self) -> Iterator[Card]:
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Sequence[Card]):
    """Cards, and more cards after them; nothing is copied."""

    first: Sequence[Card]
    more: Sequence[Card]

    def sellable(self) -> list[bool]:
        """Tell for each whether it may be sold."""
        return _sellable(self.first) + _sellable(self.more)

    def __len__(self) -> int:
        return len(self.first) + len(self.more)

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> list[Card]: ...
    def __getitem__(self, index: int | slice) -> Card | list[Card]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self.first[place] if place < len(self.first) else self.more[place - len(self.first)]
