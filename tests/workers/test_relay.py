"""A job leaves with the transaction that named it: never before, never without, and once a key."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime
from workers import job, relay


@pytest.fixture(autouse=True)
def _empty_outbox(runtime: Runtime) -> None:
    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))


def queued(runtime: Runtime, name: str = "default") -> list[list[object]]:
    """What the messages in a queue name: the job, its store, and the arguments of all their rows."""
    wanted = text("select job, store_id, args from outbox where outbox_id = any(:ids) order by outbox_id")
    found = []
    with runtime.unit() as unit:
        for message in job.queue(runtime, name).jobs:
            rows = unit.session.execute(wanted, {"ids": message.args[0]}).all()
            found.append([rows[0].job, rows[0].store_id, *(arg for row in rows for arg in row.args)])
    return found


def rows(runtime: Runtime) -> list[int]:
    with runtime.unit() as unit:
        return list(unit.session.scalars(text("select outbox_id from outbox order by outbox_id")))


def later(runtime: Runtime, seconds: int) -> None:
    """As if so much time had gone by."""
    with runtime.unit() as unit:
        unit.session.execute(
            text("update outbox set due_at = due_at - make_interval(secs => :secs)"), {"secs": seconds}
        )


def test_a_committed_job_is_relayed_once(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("measure.orders", "A1", "A2")
        assert relay.run_once(runtime) == 0
    assert relay.run_once(runtime) == 1
    assert relay.run_once(runtime) == 0
    assert queued(runtime) == [["measure.orders", store.store_id, "A1", "A2"]]


def test_what_waits_for_the_same_job_of_many_ids_is_one_job_a_store(
    runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    for one, order in ((store, "A1"), (store, "A2"), (other_store, "A3"), (store, "A1")):
        with runtime.unit(one.store_id) as unit:
            unit.enqueue("measure.orders", order)
    assert relay.run_once(runtime) == 4
    assert queued(runtime) == [
        ["measure.orders", store.store_id, "A1", "A2", "A1"],
        ["measure.orders", other_store.store_id, "A3"],
    ]


def test_while_jobs_wait_in_the_queue_others_gather_in_the_outbox(
    runtime: Runtime, store: Credentials
) -> None:
    for order in ("A1", "A2", "A3", "A4", "A5"):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("measure.orders", order)
        relay.run_once(runtime)
    assert [each[2:] for each in queued(runtime)] == [["A1"], ["A2"], ["A3"]]
    runtime.valkey.delete(job.queue(runtime, "default").key)
    assert relay.run_once(runtime) == 2
    assert [each[2:] for each in queued(runtime)] == [["A4", "A5"]]


def test_a_full_queue_holds_up_no_training(runtime: Runtime, store: Credentials) -> None:
    for number in range(4):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("train.due", str(number))
        relay.run_once(runtime)
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("train.store", queue="training", key=store.store_id)
    assert relay.run_once(runtime) == 1


def test_a_job_of_a_failed_transaction_is_never_relayed(runtime: Runtime, store: Credentials) -> None:
    with pytest.raises(ZeroDivisionError), runtime.unit(store.store_id) as unit:
        unit.enqueue("measure.orders", "A1")
        raise ZeroDivisionError
    assert relay.run_once(runtime) == 0


def test_a_waiting_job_with_the_same_key_is_not_named_twice(runtime: Runtime, store: Credentials) -> None:
    for _ in range(3):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("train.store", key=store.store_id)
    assert relay.run_once(runtime) == 1


def test_the_outbox_keeps_what_the_queue_could_not_take(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("measure.orders", "A1", queue="no such queue")
    with pytest.raises(KeyError):
        relay.run_once(runtime)
    with runtime.unit() as unit:
        assert unit.session.execute(text("select count(*) from outbox")).scalar_one() == 1


def test_what_a_queue_forgot_is_sent_again(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("measure.orders", "A1")
    assert relay.run_once(runtime) == 1
    runtime.valkey.flushdb()
    later(runtime, 19)
    assert relay.run_once(runtime) == 0
    later(runtime, 1)
    assert relay.run_once(runtime) == 1
    assert queued(runtime) == [["measure.orders", store.store_id, "A1"]]


def test_a_job_that_is_done_leaves_the_outbox(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("measure.orders", "A1")
    relay.run_once(runtime)
    [message] = job.queue(runtime, "default").jobs
    job.work(runtime, message.args[0])
    assert rows(runtime) == []
    job.work(runtime, message.args[0])  # sent twice, it finds nothing to do


def test_while_a_job_runs_its_lease_is_twenty_seconds(
    runtime: Runtime, store: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = text("select extract(epoch from due_at - now())::int from outbox")
    seen = []

    def look(runtime: Runtime, _store_id: str) -> None:
        with runtime.unit() as unit:
            seen.append(unit.session.execute(left).scalar_one())

    monkeypatch.setattr(job, "JOBS", {"look": look})
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("look", key="look")
    job.work(runtime, rows(runtime))
    assert seen == [20]


def test_the_lease_is_renewed_while_the_job_runs(
    runtime: Runtime, store: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = text("select due_at > now() + interval '15 seconds' from outbox")

    def wait(runtime: Runtime, _store_id: str) -> None:
        later(runtime, 100)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with runtime.unit() as unit:
                if unit.session.execute(signs).scalar_one():
                    return
            time.sleep(0.01)
        raise TimeoutError

    monkeypatch.setattr(job, "JOBS", {"wait": wait})
    monkeypatch.setattr(job, "_SIGN_EVERY", 0.02)
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("wait")
    job.work(runtime, rows(runtime))
    assert rows(runtime) == []


def test_a_job_that_fails_is_due_again_later_and_later(
    runtime: Runtime, store: Credentials, failing: None
) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("fail")
    pauses = []
    left = text("select extract(epoch from due_at - now())::int from outbox")
    for _ in range(6):
        runtime.valkey.flushdb()
        assert relay.run_once(runtime) == 1
        job.work(runtime, rows(runtime))
        with runtime.unit() as unit:
            pauses.append(unit.session.execute(left).scalar_one())
        later(runtime, 3600)
    assert pauses == [2, 15, 120, 600, 3600, 3600]


@pytest.mark.parametrize(("key", "failures", "kept"), [(None, 30, 1), ("key", 5, 0)])
def test_a_job_that_always_fails_is_given_up(
    runtime: Runtime, store: Credentials, failing: None, key: str | None, failures: int, kept: int
) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("fail", key=key)
    for _ in range(failures):
        runtime.valkey.flushdb()
        assert relay.run_once(runtime) == 1
        job.work(runtime, rows(runtime))
        later(runtime, 3600)
    assert relay.run_once(runtime) == 0
    assert len(rows(runtime)) == kept


def test_a_job_that_kills_its_worker_is_given_up(
    runtime: Runtime, store: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def die(*_: object) -> None:
        started.append(1)
        raise SystemExit

    monkeypatch.setattr(job, "JOBS", {"die": die})
    with runtime.unit(store.store_id) as unit:
        unit.enqueue("die", key="die")
    for _ in range(5):
        with pytest.raises(SystemExit):
            job.work(runtime, rows(runtime))
    job.work(runtime, rows(runtime))
    assert (len(started), rows(runtime)) == (5, [])


def test_what_makes_others_fail_is_alone_after_three_failures(
    runtime: Runtime, store: Credentials, failing: None
) -> None:
    for order in ("A1", "A2"):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("measure.orders", order)
    sent = []
    for _ in range(4):
        runtime.valkey.flushdb()
        relay.run_once(runtime)
        sent.append([each[2:] for each in queued(runtime)])
        job.work(runtime, rows(runtime))
        later(runtime, 3600)
    assert sent == [[["A1", "A2"]]] * 3 + [[["A1"], ["A2"]]]


def test_a_job_named_again_while_it_runs_runs_again(runtime: Runtime, store: Credentials) -> None:
    for _ in range(2):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("train.due", key=store.store_id)
        assert relay.run_once(runtime) == 1
    assert len(rows(runtime)) == 2


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(job, "JOBS", {"fail": fail, "measure.orders": fail})


def test_what_follows_a_commit_does_not_follow_a_rollback(runtime: Runtime, store: Credentials) -> None:
    done: list[str] = []
    with runtime.unit(store.store_id) as unit:
        unit.after_commit(lambda: done.append("committed"))
        assert done == []
    with pytest.raises(ZeroDivisionError), runtime.unit(store.store_id) as unit:
        unit.after_commit(lambda: done.append("rolled back"))
        raise ZeroDivisionError
    assert done == ["committed"]
