"""A worker and the job's own process die at once, as in a power cut: the job is taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.kernel.db import Database
from app.kernel.runtime import Runtime
from workers import relay

RESUMED_WITHIN = 120.0

# The job waits for the order's row, which the test holds: so it is caught in the middle.
HOLD = text("select 1 from orders where order_id = 'A1' for update")
WAITING = text(
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%no key update%'"
)
PAID = text(
    "insert into orders (store_id, order_id, created_at, status, currency, total_amount, version)"
    " values (:s, 'A1', now(), 'paid', 'GBP', 100, now())"
)


@contextmanager
def worker(runtime: Runtime) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "app.cli", "queue", "default"]
    process = subprocess.Popen(command, env={**os.environ, **runtime.settings.to_env()})
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """All of it at once, whatever it is doing."""
    if process.poll() is None:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for each in family:
            os.kill(each.pid, signal.SIGKILL)
        process.wait()


def waiting_for_the_row(owner: Database) -> bool:
    with owner.unit() as unit:
        return unit.session.execute(WAITING).first() is not None


def finished(runtime: Runtime) -> bool:
    relay.run_once(runtime)
    with runtime.unit() as unit:
        return unit.session.execute(text("select 1 from outbox")).first() is None


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_job_whose_worker_and_process_are_killed_is_resumed(
    runtime: Runtime, store: Credentials, owner: Database
) -> None:
    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))
    with runtime.unit(store.store_id) as unit:
        unit.session.execute(PAID, {"s": store.store_id})
        unit.enqueue("measure.orders", "A1")
    relay.run_once(runtime)
    with runtime.unit(store.store_id) as unit:
        unit.session.execute(HOLD)
        with worker(runtime):
            until(lambda: waiting_for_the_row(owner), 60)
        cut_at = time.monotonic()
    with worker(runtime):
        until(lambda: finished(runtime), RESUMED_WITHIN)
    assert time.monotonic() - cut_at < RESUMED_WITHIN
