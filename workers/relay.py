"""From the outbox to the queues: what a committed transaction named is enqueued, never less than once."""

from __future__ import annotations

import threading

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime
from workers import job

_PAUSE = 0.1
_PAUSE_AFTER_ERROR = 1.0
_TAKE = text(
    "delete from outbox where outbox_id in"
    " (select outbox_id from outbox order by outbox_id limit 200 for update skip locked)"
    " returning outbox_id, store_id, job, args, queue"
)


def run_once(runtime: Runtime) -> int:
    """Relay up to 200 jobs and say how many. They stay in the outbox until the queue has them."""
    with runtime.unit() as unit:
        rows = sorted(unit.session.execute(_TAKE).all())
        for row in rows:
            store_id = None if row.store_id is None else StoreId(row.store_id)
            order = job.Order(f"outbox-{row.outbox_id}", row.job, store_id, tuple(row.args), row.queue)
            job.send(job.queue(runtime, row.queue), order)
    return len(rows)


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not run_once(runtime):
                stop.wait(_PAUSE)
        except (redis.RedisError, SQLAlchemyError) as error:
            get_logger(__name__).warning("the outbox waits", error=str(error))
            stop.wait(_PAUSE_AFTER_ERROR)
