"""The decision log and what came of it: slates and events from the stream become rows, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.orm import Session

from app.bridge.records import EventKind, EventRecord, SlateRecord
from app.domain.tables.base import Row
from app.domain.tables.decisions import Event, Slate
from app.kernel.ids import SlateId, StoreId, VisitorId

EARLIEST = timedelta(hours=24)
LATEST = timedelta(minutes=5)
LATE = timedelta(seconds=10)
_LONGEST = 500
_MOST_ITEMS = 1000
_MOST_POSITIONS = 10_000
_DIALECT = PGDialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a batch may change in the ledger, and how much of it was ``dropped`` as malformed.

    ``visitors`` clicked or added, or saw something longer than ten seconds ago; ``slates`` are that old, or
    something of them was added by nobody known: an order may have been credited before they arrived.
    """

    visitors: tuple[VisitorId, ...]
    slates: tuple[SlateId, ...]
    dropped: int


def ingest(
    session: Session,
    store_id: StoreId,
    slates: Sequence[SlateRecord],
    events: Sequence[EventRecord],
    *,
    now: datetime,
) -> Touched:
    """Keep slates and events; one that is known already changes nothing.

    A browser's clock is believed from 24 hours before to five minutes after the moment of receipt.
    """
    good_slates = [slate for slate in slates if _is_slate(slate)]
    good_events = [event for event in events if _is_event(event)]
    for keep, told in ((_KEEP_SLATES, good_slates), (_KEEP_EVENTS, good_events)):
        if told:
            session.execute(keep, {"store_id": store_id, "told": msgspec.json.encode(told).decode()})
    acted = (event for event in good_events if event.kind != EventKind.IMPRESSION or now - event.at > LATE)
    late = (SlateId(slate.slate_id) for slate in good_slates if now - slate.at > LATE)
    accepted = (
        SlateId(each.slate_id) for each in good_events if each.kind == EventKind.ADD and not each.visitor_id
    )
    return Touched(
        visitors=tuple(sorted({VisitorId(event.visitor_id) for event in acted if event.visitor_id})),
        slates=tuple(sorted({*late, *accepted})),
        dropped=len(slates) + len(events) - len(good_slates) - len(good_events),
    )


def _keep(table: type[Row], record: type, key: str, **instead: str) -> TextClause:
    """Records as JSON in one statement, many times as fast as row by row; ``instead`` = SQL for a column.

    In the order of the key, so that two batches that hold the same ones wait for each other and never meet.
    """
    names = list(record.__annotations__)
    columns = table.__table__.columns
    types = ", ".join(f"{name} {columns[name].type.compile(_DIALECT)}" for name in names)
    values = ", ".join(instead.get(name, name) for name in names)
    return text(
        f"insert into {table.__tablename__} (store_id, {', '.join(names)})"
        f" select :store_id, {values} from json_to_recordset(cast(:told as json)) as told({types})"
        f" order by {key} on conflict do nothing"
    )


_KEEP_SLATES = _keep(Slate, SlateRecord, "slate_id")
_KEEP_EVENTS = _keep(
    Event,
    EventRecord,
    "event_id",
    at=f"least(greatest(at, received_at - interval '{EARLIEST.total_seconds()} s'),"
    f" received_at + interval '{LATEST.total_seconds()} s')",
)


def _is_slate(slate: SlateRecord) -> bool:
    """Tell whether the database can hold it, and whether every item has its odds."""
    names = (slate.slate_id, slate.placement, slate.model_version, slate.arm, slate.tier)
    about = (slate.visitor_id, slate.customer_id, slate.product_id)
    return (
        bool(slate.slate_id)
        and _are_texts(*names, *about, *slate.basket, *slate.items)
        and slate.at.tzinfo is not None
        and len(slate.propensities) == len(slate.items) <= _MOST_ITEMS
        and len(slate.basket) <= _MOST_ITEMS
        and all(0.0 < odds <= 1.0 + 1e-6 for odds in slate.propensities)
    )


def _is_event(event: EventRecord) -> bool:
    ids = (event.event_id, event.slate_id, event.product_id)
    return (
        "" not in ids
        and _are_texts(*ids, event.visitor_id)
        and event.at.tzinfo is not None
        and event.received_at.tzinfo is not None
        and 1 <= event.position <= _MOST_POSITIONS
    )


def _are_texts(*texts: str | None) -> bool:
    """Tell whether the database can hold all of them."""
    told = [text for text in texts if text]
    return max(map(len, told), default=0) <= _LONGEST and "\0" not in "".join(told)
