"""How a job runs: by name and ids, in a unit of its own, safe to run twice."""

from __future__ import annotations

import os
from dataclasses import dataclass

import structlog
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from app.factory import build_runtime
from app.kernel import log
from app.kernel.errors import NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from workers import turns
from workers.jobs import JOBS

QUEUES = ("default", "training")
_RETRY_AFTER = [0, 2, 15, 120]
_PATIENCE = {"default": 600, "training": 7200}
_KEPT = 3600


@dataclass(frozen=True, slots=True)
class Order:
    """A job to be enqueued; ``order_id`` makes sending it twice one job."""

    order_id: str
    name: str
    store_id: StoreId | None
    args: tuple[str, ...]
    queue: str


def send(queue: Queue, order: Order) -> None:
    """Enqueue. A training becomes a ticket: whose turn it is, is decided when a worker is free."""
    name, args = order.name, order.args
    if name == turns.TRAIN and order.store_id is not None:
        turns.ask(queue.connection, order.store_id, args)
        name, args = turns.NEXT, ()
    queue.enqueue_call(
        "workers.job.run",
        args=[name, order.store_id, *args],
        job_id=order.order_id,
        timeout=_PATIENCE[order.queue],
        result_ttl=_KEPT,
        failure_ttl=7 * 24 * _KEPT,
        retry=Retry(max=len(_RETRY_AFTER), interval=_RETRY_AFTER),
        description=f"{name} {order.store_id}",
    )


def queue(runtime: Runtime, name: str) -> Queue:
    return Queue(name, connection=runtime.valkey, serializer=JSONSerializer)


def run(name: str, store_id: str | None, *args: str) -> None:
    """What a worker executes. An unknown name is an error; a row that is gone since is not."""
    settings = Settings.from_env(os.environ)
    log.configure(settings.log_level)
    with (
        build_runtime(settings, pool_size=1) as runtime,
        structlog.contextvars.bound_contextvars(job=name, store_id=store_id),
    ):
        try:
            JOBS[name](runtime, store_id, *args)
        except NotFound as gone:
            log.get_logger(__name__).info("nothing to do", detail=gone.detail)
