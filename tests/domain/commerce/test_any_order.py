"""Deliveries come twice and in any order; the rows in the end are the same."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.commerce import sync
from app.kernel.db import Database
from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime
from app.platforms.records import OrderStatus, Record
from tests.domain.commerce.toys import customer, gone, order, product, refund, rows, send, stock

DELIVERIES: tuple[Record, ...] = (
    product(hour=1, title="One", variants=("s", "m")),
    product(hour=2, title="Two", variants=("m", "l"), stock=(stock(4, hour=2),)),
    product(hour=3, title="Three", variants=("l",), visible=False),
    stock(9, hour=1),
    stock(0, hour=5),
    stock(1, hour=2, variant_id="l"),
    stock(2, hour=4, variant_id="l"),
    product("cup", hour=1, title="Cup"),
    gone("cup", hour=2),
    product("pot", hour=4, title="Pot again"),
    gone("pot", hour=3),
    order(hour=1, products=("tea", "cup"), customer_id="ann", visitor_id="v1"),
    order(hour=2, products=("tea",), customer_id="ann", visitor_id="v1"),
    order(hour=3, products=("tea",), customer_id="ann", visitor_id="v1", status=OrderStatus.CANCELLED),
    order("o2", hour=1, customer_id="bob", visitor_id="v1"),
    refund(hour=2, amount=200),
    refund(hour=3, amount=120),
    customer("ann", hour=1, name="A"),
    customer("ann", hour=2, name="Ann", visitor_id="v7"),
)

# Of what is gone only that it is gone: a deletion that came first never saw the title.
PRODUCTS = """
    select product_id, title, price_amount, stock, stock_version, visible, version
    from products where not deleted order by 1
"""
GONE = "select product_id, stock, version from products where deleted order by 1"
VARIANTS = """
    select v.variant_id, v.title, v.position, v.stock, v.stock_version
    from variants v where not v.deleted order by 1
"""
ORDERS = """
    select order_id, status, customer_id, visitor_id, total_amount, version, cancelled_at
    from orders order by 1
"""
LINES = "select order_id, line_id, product_id, quantity, total_amount from order_lines order by 1, 2"
REFUNDS = "select refund_id, order_id, version from refunds order by 1"
REFUND_LINES = "select refund_id, line_id, amount from refund_lines order by 1, 2"
CUSTOMERS = "select customer_id, name, version from customers order by 1"
IDENTITIES = "select visitor_id, customer_id, first_seen from identities order by 1"
WHAT_COUNTS = (PRODUCTS, GONE, VARIANTS, ORDERS, LINES, REFUNDS, REFUND_LINES, CUSTOMERS, IDENTITIES)


def outcome(runtime: Runtime, batches: Sequence[Sequence[Record]]) -> list[list[tuple[Any, ...]]]:
    store_id = StoreId(new_id())
    for batch in batches:
        send(runtime, store_id, *batch)
    with runtime.unit(store_id) as unit:
        return [rows(unit.session, query) for query in WHAT_COUNTS]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_deliveries_gives_the_same_rows(runtime: Runtime, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(DELIVERIES))
    doubled = [*shuffled, *data.draw(st.lists(st.sampled_from(DELIVERIES), max_size=5))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(doubled)), max_size=8)))
    edges = [0, *cuts, len(doubled)]
    batches = [doubled[start:end] for start, end in pairwise(edges)]
    expected = outcome(runtime, [[each] for each in DELIVERIES])
    assert outcome(runtime, batches) == expected


def test_two_batches_at_once_do_not_die_in_a_deadlock(database: Database, runtime: Runtime) -> None:
    store_id = StoreId(new_id())

    def one(hour: int) -> None:
        records: list[Record] = [order(f"o{each}", hour=hour) for each in range(100)]
        records += [product(f"p{each}", hour=hour, variants=("s",)) for each in range(100)]
        with runtime.unit(store_id) as unit:
            turned = records if hour % 2 else list(reversed(records))
            sync.apply(unit, store_id, turned, valkey=runtime.valkey, now=runtime.clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(1, 9)))
    with runtime.unit(store_id) as unit:
        assert rows(unit.session, "select count(*), count(distinct version) from orders") == [(100, 1)]
        assert rows(unit.session, "select count(*) from order_lines") == [(100,)]
