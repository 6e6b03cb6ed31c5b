"""From the outbox to the queues: what a committed transaction named is enqueued, and again until it is done.

A job that takes any number of ids is sent once for all that wait: under load jobs grow, not their number.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import redis
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime
from workers import job
from workers.job import Order
from workers.jobs import MANY

_PAUSE = 0.1
_PAUSE_AFTER_ERROR = 1.0
_HURRIED = "default"
_ENOUGH = 3
_SENT_ALONE_AFTER = 3  # failures: what makes others fail is alone then
_TAKE = text(
    # What waits for longer in its queue is believed to be lost there.
    "update outbox set sent_at = now(),"
    " due_at = now() + case queue when 'training' then interval '1 hour' else interval '20 seconds' end"
    " where outbox_id in (select outbox_id from outbox where due_at <= now() and queue <> all(:full)"
    " order by outbox_id limit 1000 for update skip locked)"
    " returning outbox_id, store_id, job, args, queue, failures"
)


def run_once(runtime: Runtime) -> int:
    """Relay up to 1,000 jobs and say how many. They stay in the outbox, not due while they wait or run.

    While a few of the hurried queue wait already, the others wait in the outbox, where they become one.
    """
    full = [_HURRIED] if job.queue(runtime, _HURRIED).count >= _ENOUGH else []
    with runtime.unit() as unit:
        rows = sorted(unit.session.execute(_TAKE, {"full": full}).all())
        for order in _orders(rows):
            job.send(job.queue(runtime, order.queue), order)
    return len(rows)


def _orders(rows: Sequence[Row[Any]]) -> list[Order]:
    """One order a row, or one for all rows of a store that name the same job of many ids."""
    orders: dict[Hashable, Order] = {}
    for row in rows:
        many = row.job in MANY and row.failures < _SENT_ALONE_AFTER
        key = (row.job, row.store_id, row.queue) if many else row.outbox_id
        first = orders.get(key)
        if first is None:
            store_id = None if row.store_id is None else StoreId(row.store_id)
            orders[key] = Order((row.outbox_id,), row.job, store_id, tuple(row.args), row.queue)
        else:
            orders[key] = replace(first, outbox_ids=(*first.outbox_ids, row.outbox_id))
    return list(orders.values())


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not run_once(runtime):
                stop.wait(_PAUSE)
        except (redis.RedisError, SQLAlchemyError) as error:
            get_logger(__name__).warning("the outbox waits", error=str(error))
            stop.wait(_PAUSE_AFTER_ERROR)
