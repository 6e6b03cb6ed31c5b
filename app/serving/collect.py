"""Events from the browser: read, checked, and stamped with the time of receipt."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from app.bridge.records import EventKind, EventRecord
from app.kernel.errors import Invalid, TooMany

MOST_EVENTS = 100
MOST_BYTES = 64 * 1024
MOST_A_MINUTE = 600
"""Of one visitor, in one process: a page shows a dozen cards, and nobody reads fifty pages a minute."""

OLDEST = timedelta(days=7)
NEWEST = timedelta(days=1)

_MINUTE = 60.0
_MOST_VISITORS = 100_000

_Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Visitor = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Event(msgspec.Struct, frozen=True, gc=False):
    id: _Id
    kind: EventKind
    slate_id: _Id
    product_id: _Id
    position: Annotated[int, Meta(ge=1, le=100)]
    at: Annotated[datetime, Meta(tz=True)]


class _Batch(msgspec.Struct, frozen=True):
    """Without ``consent`` nobody is named, whatever the page says. ``viewed`` are products by their ids."""

    events: list[_Event]
    visitor: _Visitor | None = None
    consent: bool = True
    viewed: Annotated[list[_Id], Meta(max_length=MOST_EVENTS)] = []


_BATCH = msgspec.json.Decoder(_Batch)


class Told(NamedTuple):
    """A batch that was read. ``viewed`` were looked at or put in the basket outside of any slate of ours."""

    events: list[EventRecord]
    visitor: str | None
    viewed: list[str]


class Desk:
    """Where events are handed in. Bots and replays are turned away, by count and by age; ``counts`` tells.

    Safe to share by threads: a lost update of a count lets an event more through, and that is all.
    """

    def __init__(self) -> None:
        """Nobody has been here yet."""
        self.counts: Counter[str] = Counter()
        self._until = 0.0
        self._seen: dict[tuple[str, str], int] = {}

    def read(self, store_id: str, body: bytes, received_at: datetime) -> Told:
        """Read a batch. Raises Invalid or TooMany, and then nothing of it counts."""
        try:
            told = read(body, received_at)
        except TooOld:
            self.counts["too old"] += 1
            raise
        except Invalid:
            self.counts["malformed"] += 1
            raise
        if told.visitor is not None:
            self._count(store_id, told.visitor, len(told.events) + len(told.viewed))
        self.counts["taken"] += len(told.events)
        return told

    def _count(self, store_id: str, visitor_id: str, events: int) -> None:
        now = time.monotonic()
        if now >= self._until or len(self._seen) >= _MOST_VISITORS:
            self._seen, self._until = {}, now + _MINUTE
        seen = self._seen.get((store_id, visitor_id), 0) + events
        if seen > MOST_A_MINUTE:
            self.counts["too many"] += 1
            raise TooMany(f"at most {MOST_A_MINUTE} events of one visitor a minute")
        self._seen[store_id, visitor_id] = seen


class TooOld(Invalid):
    """A replay, or a clock that is wrong by days: neither tells when something happened."""


def read(body: bytes, received_at: datetime) -> Told:
    """Read a batch. Raises Invalid, and then nothing of it counts."""
    try:
        batch = _BATCH.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(f"the body is not a batch of events: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("the body is not a batch of events") from error
    if len(batch.events) > MOST_EVENTS:
        raise Invalid(f"a batch has at most {MOST_EVENTS} events", "events")
    oldest, newest = received_at - OLDEST, received_at + NEWEST
    if not all(oldest <= event.at <= newest for event in batch.events):
        raise TooOld(f"an event is {OLDEST.days} days old at most, and none is of tomorrow", "at")
    visitor = batch.visitor if batch.consent else None
    events = [
        EventRecord(
            event_id=event.id,
            kind=event.kind,
            at=event.at,
            received_at=received_at,
            visitor_id=visitor,
            slate_id=event.slate_id,
            product_id=event.product_id,
            position=event.position,
        )
        for event in batch.events
    ]
    return Told(events, visitor, batch.viewed)
