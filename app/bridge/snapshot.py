"""What is published per store, as bytes: a small header, then raw arrays that are used where they lie."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from app.bridge import cards
from app.bridge.cards import Card
from app.bridge.columns import ALIGNMENT, Buffer, Columns, Place, Texts, Writer
from app.engine.types import Anchor, Blend, IntArray, Lists, Published, ReasonKind

__all__ = ["Card", "Links", "Snapshot", "SnapshotError", "decode", "encode"]

Links = Mapping[str, int]

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
    "confidences": "float32",
}

_NARROWED = {"items", "counts"}
_MOST_NARROW = 2**16 - 1
"""What fits is written in half the bytes: most of a snapshot are the items of its lists."""


class SnapshotError(ValueError):
    """The bytes are no snapshot that this program can use; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the fast wing needs of a trained store; card ``n`` belongs to ``published.item_ids[n]``.

    ``links`` leads from visitors who signed in once to the number of their shopper.
    """

    version: str
    store_id: str
    published: Published
    cards: Sequence[Card]
    links: Links = field(default_factory=dict)


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
    writer.ids("item_ids", published.item_ids)
    writer.ids("shopper_ids", published.shopper_ids)
    writer.texts("categories", published.categories)
    writer.ids("visitors", list(snapshot.links))
    writer.array("visitors.shopper", np.asarray(list(snapshot.links.values()), np.int32), "int32")
    for name, lists in published.lists.items():
        for column, dtype in _LIST_COLUMNS.items():
            values = getattr(lists, column)
            narrow = column in _NARROWED and values.max(initial=0) <= _MOST_NARROW
            writer.array(f"list.{name}.{column}", values, "uint16" if narrow else dtype)
    cards.write(writer, snapshot.cards)
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
            item_ids=columns.ids("item_ids"),
            shopper_ids=columns.ids("shopper_ids"),
            lists={name: _read_lists(columns, name, header) for name in header.lists},
            blends={location: Blend(weights) for location, weights in header.blends.items()},
            categories=columns.texts("categories"),
        )
        return Snapshot(
            header.version,
            header.store_id,
            published,
            cards.Cards(columns, published.item_ids),
            _read_links(columns),
        )
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        message = f"the snapshot is damaged: {error}"
        raise SnapshotError(message) from error


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
    counts_fit = counts_fit and len(lists.confidences) in {0, len(items)}
    return bool(rows_fit and items_fit and counts_fit and both_or_none and len(lists.scores) == len(items))


def _read_lists(columns: Columns, name: str, header: _Header) -> Lists:
    anchor, reason = header.lists[name]
    named = {column: f"list.{name}.{column}" for column in _LIST_COLUMNS}
    arrays = {column: columns.array(place) for column, place in named.items() if place in columns.places}
    return Lists(anchor, reason, **arrays, orders=header.orders.get(name, 0))


@dataclass(frozen=True, slots=True)
class _Linked(Mapping[str, int]):
    """Visitors and their shoppers as they lie in a file."""

    visitors: Texts
    shoppers: IntArray

    def get(self, visitor: str, default: Any = None) -> Any:
        numbers = self.visitors.numbers
        number = numbers.get(visitor) if numbers is not None else None
        return default if number is None else int(self.shoppers[number])

    def __getitem__(self, visitor: str) -> int:
        found = self.get(visitor)
        if found is None:
            raise KeyError(visitor)
        return int(found)

    def __iter__(self) -> Iterator[str]:
        return iter(self.visitors)

    def __len__(self) -> int:
        return len(self.visitors)


def _read_links(columns: Columns) -> Links:
    if "visitors.shopper" not in columns.places:
        return {}
    return _Linked(columns.ids("visitors"), columns.array("visitors.shopper"))
