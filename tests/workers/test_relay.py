"""A job leaves with the transaction that named it: never before, never without, and once a key."""

from __future__ import annotations

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime
from workers import job, relay


@pytest.fixture(autouse=True)
def _empty_outbox(runtime: Runtime) -> None:
    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))


def queued(runtime: Runtime) -> list[list[object]]:
    queue = Queue("default", connection=runtime.valkey, serializer=JSONSerializer)
    return [list(job.args) for job in queue.jobs]


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
        ["measure.orders", store.store_id, "A1", "A2"],
        ["measure.orders", other_store.store_id, "A3"],
    ]


def test_while_jobs_wait_in_the_queue_others_gather_in_the_outbox(
    runtime: Runtime, store: Credentials
) -> None:
    for order in ("A1", "A2", "A3", "A4", "A5"):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue("measure.orders", order)
        relay.run_once(runtime)
    queue = job.queue(runtime, "default")
    assert [list(each.args)[2:] for each in queue.jobs] == [["A1"], ["A2"], ["A3"]]
    runtime.valkey.delete(queue.key)
    assert relay.run_once(runtime) == 2
    assert [list(each.args)[2:] for each in queue.jobs] == [["A4", "A5"]]


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


def test_what_follows_a_commit_does_not_follow_a_rollback(runtime: Runtime, store: Credentials) -> None:
    done: list[str] = []
    with runtime.unit(store.store_id) as unit:
        unit.after_commit(lambda: done.append("committed"))
        assert done == []
    with pytest.raises(ZeroDivisionError), runtime.unit(store.store_id) as unit:
        unit.after_commit(lambda: done.append("rolled back"))
        raise ZeroDivisionError
    assert done == ["committed"]
