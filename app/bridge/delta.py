"""What was learned since the snapshot: a few rows that lie on top of it until the next training.

A delta has the form of a snapshot and the version of the one that it belongs to; it knows only the products
that it speaks of. Readers lay it on top outside of the requests, and ignore that of another version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast, overload

import msgspec
import numpy as np

from app.bridge import config as names
from app.bridge.cards import Joined, columns_of
from app.bridge.config import Notice, What
from app.bridge.lookup import Both
from app.bridge.snapshot import Snapshot, encode
from app.engine.ids import Numbers, numbers_of
from app.engine.types import Anchor, Blend, Lists

if TYPE_CHECKING:
    from redis import Redis

    from app.engine.types import LongArray


def put(valkey: Redis, delta: Snapshot, stamp: str) -> None:
    """Hand a delta over and tell the readers; ``stamp`` says what it was made of."""
    store_id = delta.store_id
    with valkey.pipeline(transaction=True) as batch:
        batch.set(names.delta_of(store_id), encode(delta))
        batch.set(names.delta_stamp_of(store_id), stamp)
        batch.publish(names.CHANGES, msgspec.json.encode(Notice(store_id, What.SNAPSHOT)))
        batch.execute()


def stamp(valkey: Redis, store_id: str) -> str:
    """Tell what the present delta was made of, the empty text where there is none."""
    raw = cast("bytes | None", valkey.get(names.delta_stamp_of(store_id)))
    return raw.decode() if raw else ""


def laid(base: Snapshot, delta: Snapshot) -> Snapshot:
    """Give ``base`` with the delta on top; the big arrays are shared, not copied."""
    published = base.published
    known, size = numbers_of(published.item_ids), len(published.item_ids)
    fresh = [place for place, product in enumerate(delta.published.item_ids) if product not in known]
    ids = Ids(published.item_ids, [delta.published.item_ids[place] for place in fresh], known)
    place = np.asarray([ids.numbers[product] for product in delta.published.item_ids], np.int64)
    cards = [delta.cards[each] for each in fresh]
    lists = {name: _longer(each, size, len(ids)) for name, each in published.lists.items()}
    lists |= {name: _moved(each, place, len(ids)) for name, each in delta.published.lists.items()}
    return replace(
        base,
        published=replace(
            published,
            item_ids=ids,
            lists=lists,
            blends={
                location: Blend({**blend.weights, **_weights(delta, location)})
                for location, blend in published.blends.items()
            },
            categories=_categories(published.categories, [card.category for card in cards]),
        ),
        cards=Joined(columns_of(base.cards), cards) if cards else base.cards,
    )


class Ids(Sequence[str]):
    """Ids, and more ids after them; the first are not read."""

    def __init__(self, first: Sequence[str], more: Sequence[str], known: Numbers) -> None:
        """Put ``more`` after ``first``, whose numbers are known."""
        self._first = first
        self._more = more
        self.numbers = Both(known, {each: number for number, each in enumerate(more)}, len(first))

    def __len__(self) -> int:
        return len(self._first) + len(self._more)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self._first[place] if place < len(self._first) else self._more[place - len(self._first)]


def _weights(delta: Snapshot, location: str) -> dict[str, float]:
    blend = delta.published.blends.get(location)
    return dict(blend.weights) if blend is not None else {}


def _categories(known: Sequence[str], more: Sequence[str]) -> Sequence[str]:
    return [*known, *more] if len(known) and len(more) else known


def _longer(lists: Lists, before: int, after: int) -> Lists:
    """Give the new items an empty row each, where a list has a row for each item."""
    more = after - before
    if lists.anchor in {Anchor.SHOPPER, Anchor.NONE} or not more:
        return lists
    starts = np.concatenate([lists.starts, np.repeat(lists.starts[-1:], more)])
    totals = np.concatenate([lists.totals, np.zeros(more, np.int32)]) if len(lists.totals) else lists.totals
    return replace(lists, starts=starts, totals=totals)


def _moved(lists: Lists, place: LongArray, items: int) -> Lists:
    """Give a delta's list in the numbers of the whole; its rows stay in the order of their new numbers."""
    if lists.anchor is Anchor.NONE:
        return replace(lists, items=place[lists.items].astype(np.int32))
    lengths = np.zeros(items, np.int64)
    lengths[place] = np.diff(lists.starts)
    order = np.argsort(place, kind="stable")
    parts = [np.arange(lists.starts[row], lists.starts[row + 1]) for row in order.tolist()]
    entries = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    totals = np.zeros(items, np.int32)
    totals[place] = lists.totals
    return replace(
        lists,
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        items=place[lists.items[entries]].astype(np.int32),
        scores=lists.scores[entries],
        counts=lists.counts[entries],
        totals=totals,
    )
