import time
from datetime import UTC, datetime
from typing import cast

import pytest
from redis import Redis

from app.bridge import stream
from app.bridge.records import EventKind, EventRecord, SlateRecord
from app.bridge.stream import Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SLATE = SlateRecord(
    "s1",
    NOON,
    "home",
    "v1",
    None,
    None,
    (),
    ("tea", "cup"),
    (1.0, 0.98),
    "m1",
    "holdout",
    True,
    False,
    "bestsellers",
)


def event(event_id: str) -> EventRecord:
    return EventRecord(event_id, EventKind.CLICK, NOON, NOON, "v1", "s1", "tea", 1)


def test_what_is_appended_is_read(valkey: Redis) -> None:
    stream.append_events(valkey, "toys", [event("e1"), event("e2")])
    stream.append_slates(valkey, [("toys", SLATE)])
    stream.open_group(valkey)
    events, slate = stream.read(valkey, "one")
    assert (events.store_id, events.events(), events.slates()) == ("toys", [event("e1"), event("e2")], [])
    assert (slate.store_id, slate.slates(), slate.events()) == ("toys", [SLATE], [])


def test_the_group_is_made_when_it_is_missing(valkey: Redis) -> None:
    stream.append_events(valkey, "toys", [event("e1")])
    assert stream.read(valkey, "one") == []
    assert len(stream.read(valkey, "one")) == 1


def test_what_was_not_acknowledged_is_read_again(valkey: Redis) -> None:
    stream.open_group(valkey)
    stream.append_events(valkey, "toys", [event("e1")])
    first = stream.read(valkey, "one")
    assert stream.read(valkey, "one") == first
    stream.ack(valkey, [entry.entry_id for entry in first])
    assert stream.read(valkey, "one") == []


def test_only_acknowledged_entries_leave_the_stream(valkey: Redis) -> None:
    stream.open_group(valkey)
    stream.append(valkey, [stream.events_message("toys", [event(f"e{n}")]) for n in range(5)])
    read = stream.read(valkey, "one", count=3)
    stream.ack(valkey, [entry.entry_id for entry in read[1:]])
    assert stream.backlog(valkey) == 3


def test_what_a_dead_reader_left_is_taken_over(valkey: Redis) -> None:
    stream.open_group(valkey)
    stream.append_events(valkey, "toys", [event("e1")])
    read = stream.read(valkey, "dead")
    assert stream.reclaim(valkey, "alive", idle_ms=60_000) == 0
    assert stream.read(valkey, "alive") == []
    time.sleep(0.02)
    assert stream.reclaim(valkey, "alive", idle_ms=10) == 1
    assert stream.read(valkey, "alive") == read


def test_a_poisonous_entry_is_buried_with_the_reason(valkey: Redis) -> None:
    stream.open_group(valkey)
    stream.append(valkey, [Message("toys", stream.EntryKind.SLATE, b"no slate")])
    entry = stream.read(valkey, "one")[0]
    with pytest.raises(ValueError, match="malformed"):
        entry.slates()
    stream.bury(valkey, entry, "malformed")
    assert stream.backlog(valkey) == 0
    assert stream.read(valkey, "one") == []
    buried = cast("list[tuple[bytes, dict[bytes, bytes]]]", valkey.xrange(stream.DEAD))[0][1]
    assert buried == {b"store": b"toys", b"kind": b"slate", b"body": b"no slate", b"reason": b"malformed"}
