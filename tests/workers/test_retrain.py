"""`alongside train`: here or by the worker, with the progress that the console shows."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from rich.console import Console
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy import text

from app import retrain
from app.domain.accounts.stores import Credentials
from app.domain.learning import progress, training, versions
from app.domain.learning.progress import Progress
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.errors import Upstream
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from tests.domain.learning.shelves import Shelf, families, sell_families
from workers import job, queues, relay
from workers.jobs import JOBS


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 120)
    return shelf


@contextmanager
def tended(runtime: Runtime) -> Iterator[None]:
    """A worker of trainings that is known to live, and does nothing."""
    queue = job.queue(runtime, "training")
    worker = Worker([queue], connection=runtime.valkey, serializer=JSONSerializer)
    worker.register_birth()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        worker.register_death()  # type: ignore[no-untyped-call]


def test_without_a_worker_it_trains_here_and_shows_steps(runtime: Runtime, shelf: Shelf) -> None:
    shown: list[Progress] = []
    trained = retrain.train(runtime, shelf.store_id, shown.append)
    assert trained.is_served
    assert {each.step for each in shown} <= set(progress.STEPS)
    with runtime.unit(shelf.store_id) as unit:
        served = versions.published(unit.session, shelf.store_id)
    assert served is not None
    assert served.version == trained.version


def test_with_a_worker_it_asks_and_follows(runtime: Runtime, shelf: Shelf) -> None:
    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))
    waited = threading.Event()

    def show(told: Progress) -> None:
        if told.step == progress.WAITING and not waited.is_set():
            waited.set()
            relay.run_once(runtime)
            JOBS["train.next"](runtime, shelf.store_id)

    with tended(runtime):
        trained = retrain.train(runtime, shelf.store_id, show)
    assert waited.is_set()
    assert trained.is_served


def test_a_training_by_the_worker_that_fails_says_why(runtime: Runtime, shelf: Shelf) -> None:
    def fail(_told: Progress) -> None:
        with pytest.raises(ValueError, match="non-negative"):
            training.train(runtime, shelf.store_id, seed=-1)

    with tended(runtime), pytest.raises(Upstream, match=r"the training failed: ValueError"):
        retrain.train(runtime, shelf.store_id, fail)


def test_a_worker_is_known_by_its_sign_of_life(runtime: Runtime, clock: FixedClock) -> None:
    assert not queues.is_tended(runtime, "training")
    with tended(runtime):
        assert queues.is_tended(runtime, "training")
        assert not queues.is_tended(runtime, "default")
        clock.advance(timedelta(days=36_500))
        assert not queues.is_tended(runtime, "training"), "its last sign is a hundred years old"
    assert not queues.is_tended(runtime, "training")


def test_steps_are_drawn_once_with_their_seconds() -> None:
    out = io.StringIO()
    with retrain.Drawn(Console(file=out, width=60, force_terminal=False)) as drawn:
        drawn(Progress("choosing", 0.05, NOON, NOON, done={"reading": 2.2}))
        drawn(Progress("learning", 0.5, NOON, NOON, done={"reading": 2.2, "choosing": 36.0}))
    lines = [line.strip() for line in out.getvalue().splitlines() if "✓" in line]
    assert lines == ["✓ reading 2.2 s", "✓ choosing 36.0 s"]
