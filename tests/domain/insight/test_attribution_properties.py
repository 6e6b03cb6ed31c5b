"""Whatever arrives in whatever order: the ledger is what a slow reading of the rules gives, to the penny."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.accounts.stores import Credentials
from app.domain.tables.commerce import Identity, Order, OrderLine, RefundLine
from app.domain.tables.decisions import Event, Slate
from app.kernel.db import Database
from app.kernel.ids import StoreId
from tests.domain.insight.world import Credit, Rows, Shop, arrive, ledger

DAY = timedelta(hours=24)
# Few values, so that touches meet: the same shopper and product, and both edges of the window.
HOURS = st.sampled_from([0.0, 1, 24, 25, 26, 48])
ORDERED = st.sampled_from([24.0, 25, 48])
PRODUCTS = st.sampled_from("AAB")
VISITORS = st.sampled_from(["v", "v", "v", "w", None])
AMOUNTS = st.integers(0, 5)
SHOP = Shop(StoreId("made in a moment"))

T = TypeVar("T")


@st.composite
def histories(draw: st.DrawFn) -> list[Rows]:
    """Up to three slates, eight events, two orders of three lines, three refunds and identities."""
    slates = [f"s{n}" for n in range(draw(st.integers(2, 3)))]
    orders = [f"o{n}" for n in range(draw(st.integers(1, 2)))]
    line = st.one_of(
        st.tuples(PRODUCTS, AMOUNTS),
        st.tuples(PRODUCTS, AMOUNTS),
        st.tuples(PRODUCTS, AMOUNTS, st.sampled_from([*slates, "none"])),
    )
    arrivals = [
        SHOP.slate(
            name,
            draw(HOURS),
            draw(st.sampled_from(["A", "AB", "AB"])),
            draw(VISITORS),
            draw(st.sampled_from(["treatment", "treatment", "treatment", "holdout"])),
        )
        for name in slates
    ]
    arrivals += [
        SHOP.order(
            name,
            draw(ORDERED),
            *draw(st.lists(line, min_size=1, max_size=3)),
            visitor=draw(st.sampled_from(["v", "w", None])),
            customer=draw(st.sampled_from(["c", "c", None])),
            status=draw(st.sampled_from(["paid", "paid", "paid", "cancelled", "pending"])),
        )
        for name in orders
    ]
    kinds = st.sampled_from(["impression", "impression", "click", "add"])
    happened = draw(
        st.lists(
            st.tuples(kinds, HOURS, PRODUCTS, st.sampled_from(slates), VISITORS),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    arrivals += [SHOP.event(*one) for one in happened]
    returned = st.tuples(st.sampled_from(orders), st.sampled_from("123"), st.integers(0, 4))
    arrivals += [
        SHOP.refund(f"r{n}", order, (number, amount))
        for n, (order, number, amount) in enumerate(draw(st.lists(returned, max_size=3)))
    ]
    arrivals += [SHOP.identity(visitor, "c") for visitor in draw(st.sampled_from(["v", "vw", ""]))]
    return draw(st.permutations(arrivals))


def every(kind: type[T], arrivals: list[Rows]) -> list[T]:
    return [row for rows in arrivals for row in rows if isinstance(row, kind)]


def slow_ledger(arrivals: list[Rows]) -> list[Credit]:
    """The rules, read one line at a time."""
    slates = {slate.slate_id: slate for slate in every(Slate, arrivals)}
    credits_: list[Credit] = []
    for order in every(Order, arrivals):
        known = {i.visitor_id for i in every(Identity, arrivals) if i.customer_id == order.customer_id}
        shopper = {order.visitor_id} if order.visitor_id else known
        touches = [
            event
            for event in every(Event, arrivals)
            if event.visitor_id in shopper
            and order.created_at - DAY <= event.at <= order.created_at
            and real(slates.get(event.slate_id), event.product_id)
        ]
        for line in every(OrderLine, arrivals):
            if line.order_id == order.order_id and order.status != "pending" and line.total_amount > 0:
                why = credit(line, touches, slates)
                if why:
                    back = taken_back(order, line, every(RefundLine, arrivals))
                    credits_.append((line.order_id, line.line_id, *why, line.total_amount, back))
    return sorted(credits_)


def real(slate: Slate | None, product: str) -> bool:
    return slate is not None and not slate.ghost and product in slate.items


def credit(line: OrderLine, touches: list[Event], slates: dict[str, Slate]) -> tuple[str, str] | None:
    if line.slate_id and real(slates.get(line.slate_id), line.product_id):
        return "direct", line.slate_id
    acted = [touch for touch in touches if touch.kind != "impression"]
    direct = [touch for touch in acted if touch.product_id == line.product_id]
    seen = [touch for touch in touches if touch.product_id == line.product_id]
    for kind, chosen in (("direct", direct), ("assisted", seen + acted)):
        if chosen:
            return kind, max(chosen, key=lambda touch: (touch.at, touch.event_id)).slate_id
    return None


def taken_back(order: Order, line: OrderLine, returned: list[RefundLine]) -> int:
    if order.status == "cancelled":
        return line.total_amount
    back = sum(r.amount for r in returned if (r.order_id, r.line_id) == (line.order_id, line.line_id))
    return min(back, line.total_amount)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(arrivals=histories())
def test_any_order_of_arrival_gives_the_ledger_of_the_rules(
    database: Database, store: Credentials, arrivals: list[Rows]
) -> None:
    expected = slow_ledger(arrivals)
    with database.unit(store.store_id) as unit, unit.session.begin_nested() as attempt:
        for rows in arrivals:
            arrive(unit.session, store.store_id, [copy(row, store.store_id) for row in rows])
        found = ledger(unit.session, store.store_id)
        attempt.rollback()
    assert found == expected
    paid = sum(order.total_amount for order in every(Order, arrivals) if order.status != "pending")
    assert sum(amount for *_, amount, _ in found) <= paid
    assert all(0 <= back <= amount for *_, amount, back in found)


def copy(row: T, store_id: StoreId) -> T:
    """The same row for a store that exists; Hypothesis may use its own once more."""
    columns = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    return type(row)(**{**columns, "store_id": store_id})
