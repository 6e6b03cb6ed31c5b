"""From the outbox to the queues: what a committed transaction named is enqueued, never less than once.

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
_TAKE = text(
    "delete from outbox where outbox_id in"
    " (select outbox_id from outbox where queue <> all(:full) order by outbox_id limit 1000"
    " for update skip locked)"
    " returning outbox_id, store_id, job, args, queue"
)


def run_once(runtime: Runtime) -> int:
    """Relay up to 1,000 jobs and say how many. They stay in the outbox until the queue has them.

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
        key = (row.job, row.store_id, row.queue) if row.job in MANY else row.outbox_id
        first = orders.get(key)
        if first is None:
            store_id = None if row.store_id is None else StoreId(row.store_id)
            orders[key] = Order(f"outbox-{row.outbox_id}", row.job, store_id, tuple(row.args), row.queue)
        else:
            orders[key] = replace(first, args=tuple(dict.fromkeys((*first.args, *row.args))))
    return list(orders.values())


def run_forever(runtime: Runtime, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not run_once(runtime):
                stop.wait(_PAUSE)
        except (redis.RedisError, SQLAlchemyError) as error:
            get_logger(__name__).warning("the outbox waits", error=str(error))
            stop.wait(_PAUSE_AFTER_ERROR)
