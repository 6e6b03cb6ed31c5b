from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.accounts.stores import Credentials
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from app.platforms.records import OrderStatus
from tests.domain.commerce.toys import at, customer, jobs, look, order, refund, send

LINES = "select order_id, line_id, product_id, quantity, total_amount from order_lines order by 1, 2"


def test_an_order_is_kept_before_its_products_and_customer(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order(products=("tea", "cup"), customer_id="ann"))
    assert look(runtime, store.store_id, LINES) == [("o1", "1", "tea", 2, 200), ("o1", "2", "cup", 2, 200)]
    assert look(runtime, store.store_id, "select total_amount, customer_id from orders") == [(400, "ann")]


def test_sending_an_order_again_is_accepted_and_changes_nothing(runtime: Runtime, store: Credentials) -> None:
    first = send(runtime, store.store_id, order())
    again = send(runtime, store.store_id, order())
    assert (first.accepted, first.stale, first.created) == (1, 0, frozenset({"o1"}))
    assert (again.accepted, again.stale, again.changed) == (1, 0, frozenset())
    assert len(look(runtime, store.store_id, LINES)) == 1


def test_a_newer_order_replaces_all_lines(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order(hour=1, products=("tea", "cup")))
    send(runtime, store.store_id, order(hour=2, products=("pot",)))
    assert look(runtime, store.store_id, LINES) == [("o1", "1", "pot", 2, 200)]


def test_an_older_order_is_stale(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order(hour=2, products=("pot",)))
    outcome = send(runtime, store.store_id, order(hour=1, products=("tea", "cup")))
    assert (outcome.accepted, outcome.stale) == (0, 1)
    assert look(runtime, store.store_id, LINES) == [("o1", "1", "pot", 2, 200)]


def test_the_newest_of_a_batch_wins_and_the_rest_is_counted(runtime: Runtime, store: Credentials) -> None:
    outcome = send(
        runtime,
        store.store_id,
        order(hour=1, products=("a",)),
        order(hour=3, products=("c",)),
        order(hour=3, products=("c",)),
        order(hour=2, products=("b",)),
    )
    assert (outcome.accepted, outcome.stale) == (2, 2)
    assert look(runtime, store.store_id, LINES) == [("o1", "1", "c", 2, 200)]


def test_a_cancelled_order_says_when(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order(hour=1))
    send(runtime, store.store_id, order(hour=5, status=OrderStatus.CANCELLED))
    assert look(runtime, store.store_id, "select status, cancelled_at from orders") == [("cancelled", at(5))]


def test_a_refund_is_kept_before_its_order(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, refund(order_id="late", amount=150))
    query = "select refund_id, order_id, line_id, amount from refund_lines"
    assert look(runtime, store.store_id, query) == [("r1", "late", "1", 150)]


def test_a_newer_refund_replaces_an_older_one(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, refund(hour=2, amount=150))
    send(runtime, store.store_id, refund(hour=4, amount=90))
    send(runtime, store.store_id, refund(hour=3, amount=10))
    assert look(runtime, store.store_id, "select amount from refund_lines") == [(90,)]


def test_a_visitor_who_bought_as_a_customer_is_identified(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order("o1", customer_id="ann", visitor_id="v1"))
    send(runtime, store.store_id, customer("bob", visitor_id="v2", hour=7))
    query = "select visitor_id, customer_id, first_seen from identities order by 1"
    assert look(runtime, store.store_id, query) == [("v1", "ann", at(0)), ("v2", "bob", at(7))]


def test_the_first_customer_of_a_visitor_stays(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order("o2", customer_id="bob", visitor_id="v", created_at=at(5), hour=6))
    send(runtime, store.store_id, order("o1", customer_id="ann", visitor_id="v", created_at=at(1)))
    send(runtime, store.store_id, order("o3", customer_id="cid", visitor_id="v", created_at=at(3), hour=6))
    assert look(runtime, store.store_id, "select customer_id from identities") == [("ann",)]


def test_recent_orders_are_measured_and_history_is_not(runtime: Runtime, store: Credentials) -> None:
    old = at(0) - timedelta(days=60)
    send(runtime, store.store_id, order("new"), order("old", created_at=old))
    assert jobs(runtime, store.store_id) == [("measure.orders", ["new"])]


def test_an_old_order_that_changes_today_is_measured(runtime: Runtime, store: Credentials) -> None:
    old = at(0) - timedelta(days=60)
    send(runtime, store.store_id, order("old", created_at=old, hour=-24 * 60))
    send(runtime, store.store_id, order("old", created_at=old, hour=1, status=OrderStatus.CANCELLED))
    assert jobs(runtime, store.store_id) == [("measure.orders", ["old"])]


def test_a_stale_order_is_not_measured_again(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, order(hour=2))
    send(runtime, store.store_id, order(hour=1))
    assert len(jobs(runtime, store.store_id)) == 1


def test_a_refund_has_its_order_measured(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, refund(order_id="o9"))
    assert jobs(runtime, store.store_id) == [("measure.orders", ["o9"])]


def test_a_new_identity_has_the_visitor_measured(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, customer(visitor_id="v1"))
    assert jobs(runtime, store.store_id) == [("measure.visitors", ["v1"])]


def test_another_store_has_its_own_orders(
    runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    send(runtime, store.store_id, order(products=("tea",)))
    send(runtime, other_store.store_id, order(products=("pot",)))
    assert look(runtime, store.store_id, "select product_id from order_lines") == [("tea",)]
    assert look(runtime, other_store.store_id, "select product_id from order_lines") == [("pot",)]


def test_an_order_keeps_its_own_currency(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, replace(order(), total=Money(200, "EUR")))
    assert look(runtime, store.store_id, "select currency from orders") == [("EUR",)]
