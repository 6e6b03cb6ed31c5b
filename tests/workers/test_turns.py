"""Trainings are fair between stores, each runs once, and a killed one keeps its turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.domain.learning import training, versions
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import Shelf, families, sell_families
from workers import job, relay, turns
from workers.jobs import JOBS

A, B = StoreId("a"), StoreId("b")


def names(runtime: Runtime) -> list[StoreId]:
    return [turn.store_id for turn in turns.waiting(runtime.valkey)]


def trained(runtime: Runtime, store: Credentials) -> int:
    with runtime.unit(store.store_id) as unit:
        return len(versions.list(unit.session, store.store_id))


def test_the_store_trained_longest_ago_goes_first(runtime: Runtime, clock: FixedClock) -> None:
    turns.ask(runtime.valkey, A)
    turns.ask(runtime.valkey, B)
    assert names(runtime) == [A, B]
    [first, _] = turns.waiting(runtime.valkey)
    turns.begin(runtime.valkey, first, at=clock.now())
    turns.done(runtime.valkey, first)
    turns.ask(runtime.valkey, A)
    assert names(runtime) == [B, A], "A asked a hundred times would still let B go first"


def test_who_is_asked_for_while_it_runs_waits_again(runtime: Runtime, clock: FixedClock) -> None:
    turns.ask(runtime.valkey, A)
    [running] = turns.waiting(runtime.valkey)
    turns.begin(runtime.valkey, running, at=clock.now())
    turns.ask(runtime.valkey, A, ["force"])
    turns.done(runtime.valkey, running)
    [again] = turns.waiting(runtime.valkey)
    assert again.how == ("force",)


def test_a_training_travels_as_a_ticket(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit() as unit:
        unit.session.execute(text("delete from outbox"))
    for _ in range(2):
        with runtime.unit(store.store_id) as unit:
            unit.enqueue(turns.TRAIN, queue="training", key=store.store_id)
        relay.run_once(runtime)
    assert names(runtime) == [store.store_id]
    tickets = job.queue(runtime, "training").jobs
    assert len(tickets) == 2
    for ticket in tickets:
        job.work(runtime, ticket.args[0])
    assert trained(runtime, store) == 1, "the second ticket finds nobody waiting"


def test_a_ticket_serves_another_store_while_its_own_is_trained(
    runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    turns.ask(runtime.valkey, store.store_id)
    turns.ask(runtime.valkey, other_store.store_id)
    with training.alone(runtime, store.store_id):
        JOBS["train.next"](runtime, store.store_id)
    assert (trained(runtime, store), trained(runtime, other_store)) == (0, 1)
    assert names(runtime) == [store.store_id]


def test_a_killed_training_keeps_its_turn(runtime: Runtime, store: Credentials) -> None:
    turns.ask(runtime.valkey, store.store_id)
    [turn] = turns.waiting(runtime.valkey)
    turns.begin(runtime.valkey, turn, at=runtime.clock.now())
    with pytest.raises(SystemExit), training.alone(runtime, store.store_id):
        raise SystemExit
    JOBS["train.next"](runtime, store.store_id)
    assert trained(runtime, store) == 1
    assert names(runtime) == []


def test_a_training_lets_the_meaning_of_titles_be_worked_out(
    runtime: Runtime, database: Database, store: Credentials
) -> None:
    Shelf(database, store.store_id).product("tea")
    named = text("delete from outbox where store_id = :store and job = 'vectors.compute' returning queue")
    JOBS["train.store"](runtime, store.store_id)
    with runtime.unit(store.store_id) as unit:
        assert unit.session.scalars(named, {"store": store.store_id}).all() == ["training"]
    JOBS["vectors.compute"](runtime, store.store_id)
    with runtime.unit(store.store_id) as unit:
        assert unit.session.scalar(text("select count(*) from product_vectors")) == 1
        assert unit.session.scalars(named, {"store": store.store_id}).all() == [], "nothing is left to do"


def test_enough_new_orders_name_a_training(
    runtime: Runtime, database: Database, store: Credentials, clock: FixedClock
) -> None:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 49)
    assert not named(runtime, store), "49 orders are not enough"
    sell_families(shelf, 49, 50)
    assert named(runtime, store)
    training.renew(runtime, store.store_id)
    clock.advance(timedelta(minutes=10))
    assert not named(runtime, store)
    sell_families(shelf, 50, 100)
    assert named(runtime, store)


def named(runtime: Runtime, store: Credentials) -> bool:
    """Look whether a training is due, and take it out of the outbox again."""
    JOBS["train.due"](runtime, store.store_id)
    with runtime.unit() as unit:
        taken = text("delete from outbox where store_id = :store and job = 'train.store' returning 1")
        return bool(unit.session.execute(taken, {"store": store.store_id}).all())
