"""A worker of one queue. Training has a queue of its own and never stands in the way of the rest."""

from __future__ import annotations

from datetime import UTC, timedelta

from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

import workers.job  # noqa: F401 - loaded once here, so that a forked job begins at once
from app.kernel import cache
from app.kernel.runtime import Runtime

# A dead worker is noticed, and its job taken up again, within a minute: the defaults wait for longer.
_PATIENCE = 60
_LIFE_SIGN = 20  # an idle worker gives one, and looks for dead ones, fifteen seconds before this is over
_LOOK_FOR_DEAD_EVERY = 5
_LOOK_AFTER_JOB_EVERY = 5
_GIVEN_UP_AFTER = 30


class Prompt(Worker):
    """A job is given up half a minute after the last sign of life of its worker."""

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002 - RQ's signature
        return _GIVEN_UP_AFTER


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
    worker = Prompt(
        [Queue(name, connection=patient, serializer=JSONSerializer)],
        connection=patient,
        serializer=JSONSerializer,
        worker_ttl=_LIFE_SIGN,
        maintenance_interval=_LOOK_FOR_DEAD_EVERY,
        job_monitoring_interval=_LOOK_AFTER_JOB_EVERY,
    )
    worker.work(with_scheduler=True, logging_level="WARNING")
