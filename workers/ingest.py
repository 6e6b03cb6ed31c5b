"""From the stream to the database: events and slates, acknowledged only after the commit."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from app.bridge import stream
from app.bridge.stream import Entry
from app.domain.commerce import events
from app.domain.commerce.events import Touched
from app.domain.insight import attribution
from app.kernel.db import AWAY
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

MEASURE = "measure.orders"
IN_FLIGHT = 2
"""So many readers of a process take turns: while the database writes for one, another reads."""

_MOST = 1000
_MOST_ORDERS = 500
_WAIT_MS = 500
_GATHER = 0.2
_RECLAIM_EVERY = 2.0
_ABANDONED_MS = 5_000
_PAUSE_AFTER_ERROR = 0.5


def run_once(runtime: Runtime, *, consumer: str = "", wait_ms: int | None = None) -> int:
    """Take in up to 1,000 entries of the stream and say how many. ``consumer`` names the reader.

    What fails for want of a server stays there.
    """
    entries = stream.read(runtime.valkey, consumer or _name(), count=_MOST, block_ms=wait_ms)
    stores: dict[str, list[Entry]] = {}
    for entry in entries:
        stores.setdefault(entry.store_id, []).append(entry)
    for store_id, own in stores.items():
        _take(runtime, StoreId(store_id), own)
    return len(entries)


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    """Take in what comes, and what a reader that died left behind.

    What comes within a moment is kept together: a transaction costs as much as many events.
    """
    name, due = f"{_name()}:{threading.get_ident()}", 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= due:
                stream.reclaim(runtime.valkey, name, idle_ms=_ABANDONED_MS, count=_MOST)
                due = time.monotonic() + _RECLAIM_EVERY
            if 0 < run_once(runtime, consumer=name, wait_ms=_WAIT_MS) < _MOST:
                stop.wait(_GATHER)
        except (RedisError, *AWAY) as error:
            get_logger(__name__).warning("the stream waits", error=str(error))
            stop.wait(_PAUSE_AFTER_ERROR)


def _take(runtime: Runtime, store_id: StoreId, entries: Sequence[Entry]) -> None:
    """Keep the entries of one store together; where that fails one by one, and bury the one at fault."""
    try:
        _keep(runtime, store_id, entries)
    except AWAY:
        raise
    except (ValueError, DBAPIError) as error:
        if len(entries) > 1:
            for entry in entries:
                _take(runtime, store_id, [entry])
            return
        get_logger(__name__).error("entry buried", store_id=store_id, reason=str(error))
        stream.bury(runtime.valkey, entries[0], str(error))
    else:
        stream.ack(runtime.valkey, [entry.entry_id for entry in entries])


def _keep(runtime: Runtime, store_id: StoreId, entries: Sequence[Entry]) -> None:
    for entry in entries:
        entry.check()
    slates = [slate for entry in entries for slate in entry.slates()]
    told = [event for entry in entries for event in entry.events()]
    with runtime.unit(store_id) as unit:
        touched = events.ingest(unit.session, store_id, slates, told, now=runtime.clock.now())
    if touched.visitors or touched.slates:
        _measure(runtime, store_id, touched)
    if touched.dropped:
        get_logger(__name__).warning("malformed and dropped", store_id=store_id, count=touched.dropped)


def _measure(runtime: Runtime, store_id: StoreId, touched: Touched) -> None:
    """Have the orders credited anew that these change.

    Looked up after the commit: an order that is not seen here is measured later than that, and finds them.
    """
    with runtime.unit(store_id) as unit:
        orders = sorted(
            {
                *attribution.orders_touched_by(unit.session, store_id, touched.visitors),
                *attribution.orders_carrying(unit.session, store_id, touched.slates),
            }
        )
        for start in range(0, len(orders), _MOST_ORDERS):
            unit.enqueue(MEASURE, *orders[start : start + _MOST_ORDERS])


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
