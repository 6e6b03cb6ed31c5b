"""How a job runs: by the rows of the outbox that name it, in a unit of its own, safe to run twice.

A row is leased while its job waits in a queue or runs, and is deleted when the job is done. A job whose
worker was killed, or that a queue forgot, lets its lease run out; one that fails is due after a pause. Until
it is done a start counts as a failure, so that a job that kills its worker is given up, too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError

from app.factory import build_runtime
from app.kernel import log
from app.kernel.db import AWAY
from app.kernel.errors import NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from workers import turns
from workers.jobs import JOBS

QUEUES = ("default", "training")
_LEASE = 20  # seconds that a job which runs is believed to run without a sign of life
_SIGN_EVERY = 5.0
_PATIENCE = {"default": 600, "training": 7200}
_KEPT = 3600
_PAUSES = (2, 15, 120, 600, 3600)  # seconds after the first failure, the second …; then always the last
_FAILURES = 30
_FAILURES_WITH_A_KEY = 5  # what has a key is named again by the clock or by the next that needs it

_TAKE = text(
    "update outbox set failures = failures + 1, due_at = now() + make_interval(secs => :lease)"
    " where outbox_id = any(:ids)"
    " returning outbox_id, store_id, job, args, failures, key"
)
_SIGN = text("update outbox set due_at = now() + make_interval(secs => :lease) where outbox_id = any(:ids)")
_DONE = text("delete from outbox where outbox_id = any(:ids)")
_AGAIN = text("update outbox set due_at = now() + make_interval(secs => :pause) where outbox_id = :id")
_NEVER = text("update outbox set due_at = 'infinity' where outbox_id = any(:ids)")


@dataclass(frozen=True, slots=True)
class Order:
    """A message to a queue: run what these rows of the outbox name, the same job of one store."""

    outbox_ids: tuple[int, ...]
    name: str
    store_id: StoreId | None
    args: tuple[str, ...]
    queue: str


def send(queue: Queue, order: Order) -> None:
    """Enqueue. A training takes a ticket: whose turn it is, is decided when a worker is free."""
    if order.name == turns.TRAIN and order.store_id is not None:
        turns.ask(queue.connection, order.store_id, order.args)
    queue.enqueue_call(
        "workers.job.run",
        args=[list(order.outbox_ids)],
        timeout=_PATIENCE[order.queue],
        result_ttl=_KEPT,
        failure_ttl=7 * 24 * _KEPT,
        description=f"{order.name} {order.store_id}",
    )


def queue(runtime: Runtime, name: str) -> Queue:
    return Queue(name, connection=runtime.valkey, serializer=JSONSerializer)


def run(outbox_ids: Sequence[int]) -> None:
    """What a worker executes. Nothing, if another has done it."""
    settings = Settings.from_env(os.environ)
    log.configure(settings.log_level)
    with build_runtime(settings, pool_size=2) as runtime:
        work(runtime, outbox_ids)


def work(runtime: Runtime, outbox_ids: Sequence[int]) -> None:
    """Run the job of these rows and delete them; one that fails is told to the log and due again later.

    A row that names what is gone since is done.
    """
    with runtime.unit() as unit:
        rows = sorted(unit.session.execute(_TAKE, {"ids": list(outbox_ids), "lease": _LEASE}).all())
    if any(row.failures > _most(row) for row in rows):
        _try_again(runtime, rows)
        return
    if not rows:
        return
    ids, (name, store_id, args) = [row.outbox_id for row in rows], _named(rows)
    with structlog.contextvars.bound_contextvars(job=name, store_id=store_id):
        try:
            with _signs_of_life(runtime, ids):
                JOBS[name](runtime, store_id, *args)
        except NotFound as gone:
            log.get_logger(__name__).info("nothing to do", detail=gone.detail)
        except AWAY as error:  # the lease runs out meanwhile
            log.get_logger(__name__).warning("the job waits for the database", error=str(error)[:200])
            return
        except Exception:  # noqa: BLE001 - whatever it is, it must not be forgotten
            log.get_logger(__name__).exception("the job failed", failures=rows[0].failures)
            _try_again(runtime, rows)
            return
    with runtime.unit() as unit:
        unit.session.execute(_DONE, {"ids": ids})


def _named(rows: Sequence[Row[Any]]) -> tuple[str, str | None, tuple[str, ...]]:
    """The job, its store, and the arguments of all rows, each once. A ticket names no store's training."""
    name, store_id = rows[0].job, rows[0].store_id
    if name == turns.TRAIN:
        return turns.NEXT, store_id, ()
    return name, store_id, tuple(dict.fromkeys(arg for row in rows for arg in row.args))


def _most(row: Row[Any]) -> int:
    return _FAILURES if row.key is None else _FAILURES_WITH_A_KEY


def _try_again(runtime: Runtime, rows: Sequence[Row[Any]]) -> None:
    """After a pause. Given up, what has a key is gone, and what has none is kept for somebody to look at."""
    over = [row for row in rows if row.failures >= _most(row)]
    again = [
        {"id": row.outbox_id, "pause": _PAUSES[min(row.failures, len(_PAUSES)) - 1]}
        for row in rows
        if row not in over
    ]
    with runtime.unit() as unit:
        if again:
            unit.session.execute(_AGAIN, again)
        unit.session.execute(_DONE, {"ids": [row.outbox_id for row in over if row.key is not None]})
        unit.session.execute(_NEVER, {"ids": [row.outbox_id for row in over if row.key is None]})
    if over:
        log.get_logger(__name__).error("the job is given up", failures=over[0].failures)


@contextmanager
def _signs_of_life(runtime: Runtime, ids: list[int]) -> Iterator[None]:
    """Renew the lease all the while. A sign that does not come through is none."""
    over = threading.Event()

    def sign() -> None:
        while not over.wait(_SIGN_EVERY):
            try:
                with runtime.unit() as unit:
                    unit.session.execute(_SIGN, {"ids": ids, "lease": _LEASE})
            except SQLAlchemyError as error:
                log.get_logger(__name__).warning("no sign of life", error=str(error))

    thread = threading.Thread(target=sign, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
