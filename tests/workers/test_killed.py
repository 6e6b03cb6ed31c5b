"""A worker is killed in the middle of a training: nothing runs for ever, and it is taken up again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.domain.learning import progress, training, versions
from app.kernel.db import Database
from app.kernel.errors import Conflict
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from workers import job, relay, turns

_PATIENCE = 60.0


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker of trainings."""
    command = [sys.executable, "-m", "app.cli", "queue", "training"]
    environ = {**os.environ, **settings.to_env()}
    running = subprocess.Popen(command, env=environ)
    try:
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen[bytes]) -> None:
    """At once, and first what it forked for the job."""
    if running.poll() is None:
        for each in psutil.Process(running.pid).children(recursive=True):
            each.kill()
        running.kill()
        running.wait()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def test_a_killed_training_is_over_at_once_and_taken_up_again(
    runtime: Runtime, settings: Settings, owner: Database, store: Credentials
) -> None:
    def running() -> bool:
        with runtime.unit(store.store_id) as unit:
            return progress.is_running(unit.session, store.store_id)

    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))
    with runtime.unit(store.store_id) as unit:
        unit.enqueue(turns.TRAIN, queue="training", key=store.store_id)
    relay.run_once(runtime)
    with worker(settings) as process:
        with owner.unit() as blocked:  # so that it is in the middle for as long as we like
            blocked.session.execute(text("lock table model_versions in access exclusive mode"))
            until(running)
            with pytest.raises(Conflict):
                training.train(runtime, store.store_id)
            kill(process)
        until(lambda: not running())
    assert progress.read(runtime, store.store_id) is None
    assert [turn.store_id for turn in turns.waiting(runtime.valkey)] == [store.store_id]

    queue = job.queue(runtime, "training")
    assert len(queue.jobs) == 0
    until(lambda: bool(relay.run_once(runtime)))
    [ticket] = queue.jobs
    job.work(runtime, ticket.args[0])
    with runtime.unit(store.store_id) as unit:
        assert len(versions.list(unit.session, store.store_id)) == 1
    assert turns.waiting(runtime.valkey) == []
