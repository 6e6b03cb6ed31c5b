from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import cast

import pytest
from redis import Redis
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from app.bridge import stream
from app.bridge.records import EventKind, EventRecord
from app.bridge.stream import EntryKind, Message
from app.domain.accounts.stores import Credentials
from app.domain.tables.decisions import Event
from app.kernel.db import Database
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from workers import ingest

PAID = text(
    "insert into orders (store_id, order_id, visitor_id, created_at, status, currency, total_amount, version)"
    " values (:s, :o, :v, :at, 'paid', 'GBP', 100, :at)"
)


def event(number: int, visitor: str = "v1") -> EventRecord:
    return EventRecord(f"e{number}", EventKind.CLICK, NOON, NOON, visitor, "s1", "tea", 1)


def kept(runtime: Runtime, store_id: StoreId) -> int:
    with runtime.unit(store_id) as unit:
        return unit.session.scalar(select(func.count()).select_from(Event)) or 0


def take(runtime: Runtime) -> int:
    stream.open_group(runtime.valkey)
    return ingest.run_once(runtime, consumer="test")


def test_what_is_taken_in_is_acknowledged(runtime: Runtime, valkey: Redis, store: Credentials) -> None:
    stream.append_events(valkey, store.store_id, [event(1), event(2)])
    assert take(runtime) == 1
    assert kept(runtime, store.store_id) == 2
    assert stream.backlog(valkey) == 0
    assert take(runtime) == 0


def test_each_store_gets_its_own(
    runtime: Runtime, valkey: Redis, store: Credentials, other_store: Credentials
) -> None:
    stream.append_events(valkey, store.store_id, [event(1)])
    stream.append_events(valkey, other_store.store_id, [event(1), event(2)])
    take(runtime)
    assert (kept(runtime, store.store_id), kept(runtime, other_store.store_id)) == (1, 2)


def test_an_order_whose_buyer_clicked_before_is_measured_by_a_job(
    runtime: Runtime, valkey: Redis, store: Credentials, owner: Database
) -> None:
    with owner.unit(store.store_id) as unit:
        for order, visitor in (("A1", "v1"), ("A2", "v2")):
            unit.session.execute(PAID, {"s": store.store_id, "o": order, "v": visitor, "at": NOON})
    stream.append_events(valkey, store.store_id, [event(1), event(2, "v3")])
    take(runtime)
    with owner.unit() as unit:
        named = unit.session.execute(
            text("select job, args from outbox where store_id = :store_id"), {"store_id": store.store_id}
        ).all()
    assert [tuple(row) for row in named] == [("measure.orders", ["A1"])]


def test_a_clock_that_is_days_ahead_is_believed_five_minutes(
    runtime: Runtime, valkey: Redis, store: Credentials
) -> None:
    days = timedelta(days=3)
    ahead = EventRecord("e1", EventKind.CLICK, NOON + days, NOON, None, "s1", "tea", 1)
    behind = EventRecord("e2", EventKind.CLICK, NOON - days, NOON, None, "s1", "tea", 1)
    stream.append_events(valkey, store.store_id, [ahead, behind])
    take(runtime)
    with runtime.unit(store.store_id) as unit:
        found = unit.session.scalars(select(Event.at).order_by(Event.event_id)).all()
    assert found == [NOON + timedelta(minutes=5), NOON - timedelta(days=1)]


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (EntryKind.EVENTS, b"no events", "malformed"),
        (EntryKind.SLATE, b"{}", "missing required field"),
        ("gossip", b"{}", "not a valid EntryKind"),
    ],
)
def test_a_poisonous_entry_is_buried_and_blocks_nobody(
    runtime: Runtime, valkey: Redis, store: Credentials, kind: EntryKind, body: bytes, reason: str
) -> None:
    stream.append_events(valkey, store.store_id, [event(1)])
    stream.append(valkey, [Message(store.store_id, kind, body)])
    stream.append_events(valkey, store.store_id, [event(2)])
    take(runtime)
    assert kept(runtime, store.store_id) == 2
    assert stream.backlog(valkey) == 0
    ((_, buried),) = cast("list[tuple[bytes, dict[bytes, bytes]]]", valkey.xrange(stream.DEAD))
    assert buried[b"body"] == body
    assert reason in buried[b"reason"].decode()


def test_an_entry_of_no_store_is_buried(runtime: Runtime, valkey: Redis) -> None:
    stream.append_events(valkey, "", [event(1)])
    take(runtime)
    assert (stream.backlog(valkey), valkey.xlen(stream.DEAD)) == (0, 1)


def test_without_a_database_entries_stay(runtime: Runtime, valkey: Redis, store: Credentials) -> None:
    gone = Database("postgresql+psycopg://nobody@/none?host=/nonexistent")
    away = Runtime(runtime.settings, runtime.clock, gone.unit, valkey, runtime.sealer, {})
    stream.append_events(valkey, store.store_id, [event(1)])
    with pytest.raises(OperationalError):
        take(away)
    gone.close()
    assert stream.backlog(valkey) == 1
    take(runtime)
    assert kept(runtime, store.store_id) == 1


def test_the_loop_takes_in_what_comes_until_it_is_stopped(
    runtime: Runtime, valkey: Redis, store: Credentials
) -> None:
    stop = threading.Event()
    loop = threading.Thread(target=ingest.run_forever, args=(runtime, stop))
    loop.start()
    stream.append_events(valkey, store.store_id, [event(1)])
    deadline = time.monotonic() + 5.0
    while not kept(runtime, store.store_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    loop.join(timeout=5.0)
    assert not loop.is_alive()
    assert kept(runtime, store.store_id) == 1
