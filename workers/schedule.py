"""The timetable as one list, and the clock that keeps it. With several clocks each turn is taken once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import redis
from sqlalchemy.exc import SQLAlchemyError

from app.domain.accounts import stores
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

_LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """``job`` runs for every store once in ``every``, the first time at once or after that long."""

    job: str
    every: timedelta
    at_once: bool
    queue: str = "default"


TIMETABLE = (
    Entry("publish.restore", timedelta(minutes=1), at_once=True),
    Entry("publish.delta", timedelta(minutes=2), at_once=False),
    Entry("train.due", timedelta(minutes=10), at_once=False),
    Entry("train.store", timedelta(days=1), at_once=False, queue="training"),
    Entry("vectors.compute", timedelta(hours=6), at_once=False, queue="training"),
    Entry("usage.watch", timedelta(hours=1), at_once=False),
    Entry("natives.write", timedelta(hours=6), at_once=False),
    Entry("sync.pull", timedelta(minutes=1), at_once=True),
    Entry("sync.shop", timedelta(days=1), at_once=False),
    Entry("intake.tidy", timedelta(days=1), at_once=True),
)

# When a turn was taken last is compared and noted in one step, so that each is taken once.
_TAKE_TURN = """
local last = redis.call('get', KEYS[1])
local now, every, at_once = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if last and now - tonumber(last) < every then return 0 end
redis.call('set', KEYS[1], ARGV[1])
return last and 1 or at_once
"""


def tick(runtime: Runtime) -> int:
    """Name the jobs that are due, each once however many clocks look, and say how many."""
    with runtime.unit() as unit:
        store_ids = list(stores.every_id(unit.session))
    due = _take_turns(runtime, store_ids)
    for store_id, entries in due.items():
        with runtime.unit(store_id) as unit:
            for entry in entries:
                unit.enqueue(entry.job, queue=entry.queue, key=store_id)
    return sum(map(len, due.values()))


def _take_turns(runtime: Runtime, store_ids: Sequence[StoreId]) -> Mapping[StoreId, Sequence[Entry]]:
    """What is due for whom, in one trip to Valkey; it is not due for another clock any more."""
    now = runtime.clock.now().timestamp()
    take = runtime.valkey.register_script(_TAKE_TURN)
    turns = [(store_id, entry) for store_id in store_ids for entry in TIMETABLE]
    with runtime.valkey.pipeline(transaction=False) as batch:
        for store_id, entry in turns:
            key = f"alongside:turn:{entry.job}:{store_id}"
            take([key], [now, entry.every.total_seconds(), int(entry.at_once)], client=batch)
        taken = batch.execute()
    due: dict[StoreId, list[Entry]] = {}
    for (store_id, entry), mine in zip(turns, taken, strict=True):
        if mine:
            due.setdefault(store_id, []).append(entry)
    return due


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            tick(runtime)
        except (redis.RedisError, SQLAlchemyError) as error:
            get_logger(__name__).warning("the clock waits", error=str(error))
        stop.wait(_LOOK_EVERY)
