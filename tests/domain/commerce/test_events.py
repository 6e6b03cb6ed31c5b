from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import select

from app.bridge.records import EventKind, EventRecord, SlateRecord
from app.domain.accounts.stores import Credentials
from app.domain.commerce import events
from app.domain.commerce.events import Touched
from app.domain.tables.decisions import Event, Slate
from app.kernel.ids import StoreId, VisitorId
from app.kernel.runtime import Runtime
from tests.conftest import NOON

SLATE = SlateRecord(
    slate_id="s1",
    at=NOON,
    placement="home",
    visitor_id="v1",
    customer_id=None,
    product_id=None,
    basket=("pot",),
    items=("tea", "cup"),
    propensities=(1.0, 0.5),
    model_version="m1",
    arm="holdout",
    ghost=True,
    explored=False,
    tier="bestsellers",
)


def event(
    number: int, kind: EventKind = EventKind.CLICK, at: datetime = NOON, visitor: str = "v1"
) -> EventRecord:
    return EventRecord(f"e{number}", kind, at, NOON, visitor, "s1", "tea", 1)


def ingest(runtime: Runtime, store_id: StoreId, *records: SlateRecord | EventRecord) -> Touched:
    slates = [record for record in records if isinstance(record, SlateRecord)]
    told = [record for record in records if isinstance(record, EventRecord)]
    with runtime.unit(store_id) as unit:
        return events.ingest(unit.session, store_id, slates, told, now=NOON)


def test_slates_and_events_become_rows(runtime: Runtime, store: Credentials) -> None:
    ingest(runtime, store.store_id, SLATE, event(1))
    with runtime.unit(store.store_id) as unit:
        slate, click = unit.session.scalars(select(Slate)).one(), unit.session.scalars(select(Event)).one()
    assert (slate.store_id, slate.slate_id, slate.at, slate.ghost) == (store.store_id, "s1", NOON, True)
    assert (slate.basket, slate.items, slate.propensities) == (["pot"], ["tea", "cup"], [1.0, 0.5])
    assert (click.event_id, click.kind, click.at, click.received_at) == ("e1", "click", NOON, NOON)
    assert (click.visitor_id, click.slate_id, click.product_id, click.position) == ("v1", "s1", "tea", 1)


def test_what_comes_twice_counts_once_and_changes_nothing(runtime: Runtime, store: Credentials) -> None:
    ingest(runtime, store.store_id, SLATE, event(1), event(1))
    ingest(
        runtime, store.store_id, replace(SLATE, items=("pot",), propensities=(1.0,)), event(1, EventKind.ADD)
    )
    with runtime.unit(store.store_id) as unit:
        assert [slate.items for slate in unit.session.scalars(select(Slate))] == [["tea", "cup"]]
        assert [row.kind for row in unit.session.scalars(select(Event))] == ["click"]


def test_a_browsers_clock_is_believed_within_bounds(runtime: Runtime, store: Credentials) -> None:
    hours = (-48, -24, -1, 1)
    told = [event(number, at=NOON + timedelta(hours=by)) for number, by in enumerate(hours)]
    ingest(runtime, store.store_id, *told)
    with runtime.unit(store.store_id) as unit:
        at = [row.at for row in unit.session.scalars(select(Event).order_by(Event.event_id))]
    day, hour, minutes = timedelta(hours=24), timedelta(hours=1), timedelta(minutes=5)
    assert at == [NOON - day, NOON - day, NOON - hour, NOON + minutes]


def test_malformed_ones_are_dropped_and_counted(runtime: Runtime, store: Credentials) -> None:
    touched = ingest(
        runtime,
        store.store_id,
        replace(SLATE, slate_id=""),
        replace(SLATE, propensities=(1.0,)),
        replace(SLATE, propensities=(1.0, 0.0)),
        replace(SLATE, items=("a\0b", "cup")),
        replace(event(1), product_id="a\0b"),
        replace(event(2), position=2**40),
        replace(event(3), at=NOON.replace(tzinfo=None)),
        event(4),
    )
    assert touched == Touched(visitors=(VisitorId("v1"),), slates=(), dropped=7)
    with runtime.unit(store.store_id) as unit:
        assert unit.session.scalars(select(Slate)).all() == []
        assert [row.event_id for row in unit.session.scalars(select(Event))] == ["e4"]


def test_who_acted_is_measured_anew_who_merely_saw_only_if_it_came_late(
    runtime: Runtime, store: Credentials
) -> None:
    late = NOON - timedelta(seconds=11)
    touched = ingest(
        runtime,
        store.store_id,
        event(1, EventKind.CLICK, visitor="clicked"),
        event(2, EventKind.ADD, visitor="added"),
        event(3, EventKind.IMPRESSION, visitor="saw"),
        event(4, EventKind.IMPRESSION, late, "saw-before"),
        replace(event(5), visitor_id=None),
        SLATE,
        replace(SLATE, slate_id="s0", at=late),
    )
    assert touched.visitors == ("added", "clicked", "saw-before")
    assert touched.slates == ("s0",)
