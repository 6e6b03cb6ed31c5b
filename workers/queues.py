"""A worker of one queue. Training has a queue of its own and never stands in the way of the rest."""

from __future__ import annotations

from datetime import UTC, timedelta

from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.kernel import cache
from app.kernel.runtime import Runtime
from workers import job  # noqa: F401 - loaded once here, so that a forked job begins at once

# A dead worker is noticed, and its job taken up again, within minutes: the defaults block for longer.
_LIFE_SIGN = 60
_LOOK_FOR_DEAD_EVERY = 15
_LOOK_AFTER_JOB_EVERY = 15


def is_tended(runtime: Runtime, name: str) -> bool:
    """Tell whether a worker of this queue gave a sign of life lately."""
    since = runtime.clock.now() - timedelta(seconds=2 * _LIFE_SIGN)
    mine = Queue(name, connection=runtime.valkey, serializer=JSONSerializer)
    found = Worker.all(queue=mine, serializer=JSONSerializer)
    return any(
        each.last_heartbeat is not None and each.last_heartbeat.replace(tzinfo=UTC) > since for each in found
    )


def work(runtime: Runtime, name: str) -> None:
    """Until SIGTERM, which lets the running job finish."""
    # It waits for jobs inside a call: longer than any other call of ours may take.
    patient = cache.connect(runtime.settings.redis_url, timeout=_LIFE_SIGN)
    worker = Worker(
        [Queue(name, connection=patient, serializer=JSONSerializer)],
        connection=patient,
        serializer=JSONSerializer,
        worker_ttl=_LIFE_SIGN,
        maintenance_interval=_LOOK_FOR_DEAD_EVERY,
        job_monitoring_interval=_LOOK_AFTER_JOB_EVERY,  # a job is given up a minute after this
    )
    worker.work(with_scheduler=True, logging_level="WARNING")
