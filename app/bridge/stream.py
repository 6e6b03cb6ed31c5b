"""Events in: one stream of all stores, read by a group, deleted only once the database has what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from redis import Redis
from redis.exceptions import ResponseError

from app.bridge.records import EventRecord, SlateRecord

STREAM = "alongside:stream"
DEAD = "alongside:dead"
GROUP = "ingest"

_DEAD_KEPT = 10_000


class EntryKind(StrEnum):
    """What the body of an entry holds."""

    SLATE = "slate"
    SLATES = "slates"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to append: a store, a kind and its JSON."""

    store: str
    kind: EntryKind
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was read; ``kind`` and ``body`` are as they came, nothing is trusted yet."""

    entry_id: str
    store_id: str
    kind: str
    body: bytes

    def check(self) -> None:
        """Raise ValueError where the entry names no store, or is of no known kind."""
        if not self.store_id:
            message = "the entry names no store"
            raise ValueError(message)
        EntryKind(self.kind)

    def slates(self) -> list[SlateRecord]:
        """Read the slates of a ``slate`` or ``slates`` entry, none of another kind. Raises ValueError."""
        if self.kind == EntryKind.SLATES:
            return _SLATES.decode(self.body)
        return [_SLATE.decode(self.body)] if self.kind == EntryKind.SLATE else []

    def events(self) -> list[EventRecord]:
        """Read the events of an ``events`` entry, none of another kind. Raises ValueError."""
        return _EVENTS.decode(self.body) if self.kind == EntryKind.EVENTS else []


_SLATE = msgspec.json.Decoder(SlateRecord)
_SLATES = msgspec.json.Decoder(list[SlateRecord])
_EVENTS = msgspec.json.Decoder(list[EventRecord])


def events_message(store_id: str, events: Sequence[EventRecord]) -> Message:
    """Wrap a batch of events of one store."""
    return Message(store_id, EntryKind.EVENTS, msgspec.json.encode(events))


def slate_message(store_id: str, slate: SlateRecord) -> Message:
    """Wrap a slate."""
    return Message(store_id, EntryKind.SLATE, msgspec.json.encode(slate))


def slates_message(store_id: str, slates: Sequence[SlateRecord]) -> Message:
    """Wrap slates of one store."""
    return Message(store_id, EntryKind.SLATES, msgspec.json.encode(slates))


def append(valkey: Redis, messages: Iterable[Message]) -> None:
    """Append messages in their order; when this returns, the stream has them all."""
    with valkey.pipeline(transaction=False) as batch:
        for message in messages:
            batch.xadd(STREAM, {"store": message.store, "kind": message.kind, "body": message.body})
        batch.execute()


def append_events(valkey: Redis, store_id: str, events: Sequence[EventRecord]) -> None:
    """Append a batch of events of one store."""
    append(valkey, [events_message(store_id, events)])


def append_slates(valkey: Redis, slates: Iterable[tuple[str, SlateRecord]]) -> None:
    """Append slates, each with its store."""
    append(valkey, [slate_message(store_id, slate) for store_id, slate in slates])


def open_group(valkey: Redis) -> None:
    """Make the reading group where it is missing; it starts at the oldest entry."""
    try:
        valkey.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def read(valkey: Redis, consumer: str, *, count: int = 500, block_ms: int | None = None) -> list[Entry]:
    """Give the next entries for this consumer, waiting up to ``block_ms`` for new ones.

    Entries that were read before but not acknowledged come first: a consumer that died goes on where it was.
    """
    try:
        own = valkey.xreadgroup(GROUP, consumer, {STREAM: "0"}, count=count)
        return _entries(own) or _entries(
            valkey.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=count, block=block_ms)
        )
    except ResponseError as error:
        if "NOGROUP" not in str(error):
            raise
        open_group(valkey)
        return []


def reclaim(valkey: Redis, consumer: str, *, idle_ms: int = 30_000, count: int = 500) -> int:
    """Take over what another consumer read and left for ``idle_ms``; ``read`` gives it. Their number."""
    try:
        answer = valkey.xautoclaim(STREAM, GROUP, consumer, min_idle_time=idle_ms, count=count, justid=True)
    except ResponseError as error:
        if "NOGROUP" not in str(error):
            raise
        return 0
    return len(answer)


def ack(valkey: Redis, entry_ids: Sequence[str]) -> None:
    """Acknowledge entries and delete them: what is left in the stream is exactly what is still to be done."""
    if entry_ids:
        with valkey.pipeline(transaction=True) as batch:
            batch.xack(STREAM, GROUP, *entry_ids)
            batch.xdel(STREAM, *entry_ids)
            batch.execute()


def bury(valkey: Redis, entry: Entry, reason: str) -> None:
    """Move an entry that cannot be taken in to the dead letters, with the reason."""
    with valkey.pipeline(transaction=True) as batch:
        batch.xadd(
            DEAD,
            {"store": entry.store_id, "kind": entry.kind, "body": entry.body, "reason": reason[:500]},
            maxlen=_DEAD_KEPT,
        )
        batch.xack(STREAM, GROUP, entry.entry_id)
        batch.xdel(STREAM, entry.entry_id)
        batch.execute()


def backlog(valkey: Redis) -> int:
    """Count the entries that no database has yet."""
    return int(valkey.xlen(STREAM))


def _entries(answer: Any) -> list[Entry]:
    """Read the answer of XREADGROUP on one stream. An entry deleted meanwhile comes without fields."""
    raw = answer[0][1] if answer else []
    return [
        Entry(
            entry_id=entry_id.decode(),
            store_id=fields.get(b"store", b"").decode(errors="replace"),
            kind=fields.get(b"kind", b"").decode(errors="replace"),
            body=fields.get(b"body", b""),
        )
        for entry_id, fields in raw
    ]
