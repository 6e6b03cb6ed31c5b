"""Events from the browser: read, checked, and stamped with the time of receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.bridge.records import EventKind, EventRecord
from app.kernel.errors import Invalid

MOST_EVENTS = 100
MOST_BYTES = 64 * 1024

_Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Visitor = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Event(msgspec.Struct, frozen=True):
    id: _Id
    kind: EventKind
    slate_id: _Id
    product_id: _Id
    position: Annotated[int, Meta(ge=1, le=100)]
    at: Annotated[datetime, Meta(tz=True)]


class _Batch(msgspec.Struct, frozen=True):
    events: list[_Event]
    visitor: _Visitor | None = None


_BATCH = msgspec.json.Decoder(_Batch)


def read(body: bytes, received_at: datetime) -> list[EventRecord]:
    """Read a batch. Raises Invalid, and then nothing of it counts."""
    try:
        batch = _BATCH.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(f"the body is not a batch of events: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("the body is not a batch of events") from error
    if len(batch.events) > MOST_EVENTS:
        raise Invalid(f"a batch has at most {MOST_EVENTS} events", "events")
    return [
        EventRecord(
            event_id=event.id,
            kind=event.kind,
            at=event.at,
            received_at=received_at,
            visitor_id=batch.visitor,
            slate_id=event.slate_id,
            product_id=event.product_id,
            position=event.position,
        )
        for event in batch.events
    ]
