"""The timetable as one list, and the clock that keeps it. With several clocks each turn is taken once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import redis
from sqlalchemy.exc import SQLAlchemyError

from app.domain.accounts import stores
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

_LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """``job`` runs for every store once in ``every``."""

    job: str
    every: timedelta
    queue: str = "default"


TIMETABLE = (
    Entry("publish.restore", timedelta(minutes=1)),
    Entry("train.store", timedelta(days=1), queue="training"),
    Entry("intake.tidy", timedelta(days=1)),
)


def tick(runtime: Runtime) -> int:
    """Name the jobs that are due, each once however many clocks look, and say how many."""
    named = 0
    with runtime.unit() as unit:
        store_ids = stores.every_id(unit.session)
    for entry in TIMETABLE:
        for store_id in store_ids:
            turn = f"alongside:turn:{entry.job}:{store_id}"
            if runtime.valkey.set(turn, runtime.clock.now().isoformat(), nx=True, ex=entry.every):
                with runtime.unit(store_id) as unit:
                    unit.enqueue(entry.job, queue=entry.queue, key=store_id)
                named += 1
    return named


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            tick(runtime)
        except (redis.RedisError, SQLAlchemyError) as error:
            get_logger(__name__).warning("the clock waits", error=str(error))
        stop.wait(_LOOK_EVERY)
