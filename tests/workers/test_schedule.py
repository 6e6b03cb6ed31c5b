"""The timetable: every store gets its turn, once, however many clocks look."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.kernel.clock import FixedClock
from app.kernel.runtime import Runtime
from workers import schedule
from workers.jobs import JOBS


def named_for(runtime: Runtime, store: Credentials) -> list[str]:
    with runtime.unit() as unit:
        rows = unit.session.execute(
            text("select job from outbox where store_id = :store order by job"), {"store": store.store_id}
        )
        return list(rows.scalars())


def test_a_store_gets_each_turn_once(runtime: Runtime, store: Credentials) -> None:
    schedule.tick(runtime)
    schedule.tick(runtime)
    assert named_for(runtime, store) == ["intake.tidy", "publish.restore", "sync.pull"]


def test_a_store_is_first_trained_when_it_has_had_a_day(
    runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    schedule.tick(runtime)
    clock.advance(timedelta(hours=23))
    schedule.tick(runtime)
    assert "train.store" not in named_for(runtime, store)
    clock.advance(timedelta(hours=1))
    schedule.tick(runtime)
    assert "train.store" in named_for(runtime, store)


def test_every_entry_of_the_timetable_is_a_job() -> None:
    assert {entry.job for entry in schedule.TIMETABLE} <= set(JOBS)


def test_what_takes_long_waits_in_the_queue_of_trainings(
    runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    schedule.tick(runtime)
    clock.advance(timedelta(days=1))
    schedule.tick(runtime)
    with runtime.unit() as unit:
        rows = unit.session.execute(
            text("select job, queue from outbox where store_id = :store"), {"store": store.store_id}
        )
        queues = {(row.job, row.queue) for row in rows}
    assert {name for name, queue in queues if queue == "training"} == {"train.store", "vectors.compute"}
