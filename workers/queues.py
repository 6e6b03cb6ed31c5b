"""A worker of one queue. Training has a queue of its own and never stands in the way of the rest."""

from __future__ import annotations

from datetime import UTC, timedelta

from rq import Queue, Worker
from rq.serializers import JSONSerializer

import workers.job  # noqa: F401 - loaded once here, so that a forked job begins at once
from app.kernel import cache
from app.kernel.runtime import Runtime

_PATIENCE = 60  # seconds; an idle worker gives a sign of life fifteen seconds before they are over


def is_tended(runtime: Runtime, name: str) -> bool:
    """Tell whether a worker of this queue gave a sign of life lately."""
    since = runtime.clock.now() - timedelta(seconds=2 * _PATIENCE)
    mine = Queue(name, connection=runtime.valkey, serializer=JSONSerializer)
    found = Worker.all(queue=mine, serializer=JSONSerializer)
    return any(
        each.last_heartbeat is not None and each.last_heartbeat.replace(tzinfo=UTC) > since for each in found
    )


def work(runtime: Runtime, name: str) -> None:
    """Until SIGTERM, which lets the running job finish."""
    # It waits for jobs inside a call: longer than any other call of ours may take.
    patient = cache.connect(runtime.settings.redis_url, timeout=_PATIENCE)
    mine = Queue(name, connection=patient, serializer=JSONSerializer)
    worker = Worker([mine], connection=patient, serializer=JSONSerializer, worker_ttl=_PATIENCE)
    worker.work(logging_level="WARNING")
