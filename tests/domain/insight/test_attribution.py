"""Each rule of the ledger, told by one order of product A for £5.00."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts.stores import Credentials
from app.domain.insight import attribution
from app.domain.tables.decisions import Attribution, Event, Slate
from app.kernel.db import Database
from app.kernel.ids import OrderId, SlateId, VisitorId
from tests.domain.insight.world import Credit, Rows, Shop, arrive, at, ledger


def told(session: Session, shop: Shop, *arrivals: Rows) -> list[Credit]:
    for rows in arrivals:
        arrive(session, shop.store_id, rows)
    return ledger(session, shop.store_id)


def test_a_click_inside_the_window_is_direct(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "AB"),
        shop.event("click", 1, "A", "s"),
        shop.order("o", 2, ("A", 500)),
    )
    assert found == [("o", "1", "direct", "s", 500, 0)]


def test_an_add_is_direct_too(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "AB"),
        shop.event("add", 1, "A", "s"),
        shop.order("o", 2, ("A", 500)),
    )
    assert found == [("o", "1", "direct", "s", 500, 0)]


def test_a_product_only_seen_is_assisted(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "AB"),
        shop.event("impression", 1, "A", "s"),
        shop.order("o", 2, ("A", 500)),
    )
    assert found == [("o", "1", "assisted", "s", 500, 0)]


def test_a_click_on_another_product_is_assisted(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "AB"),
        shop.event("click", 1, "B", "s"),
        shop.order("o", 2, ("A", 500)),
    )
    assert found == [("o", "1", "assisted", "s", 500, 0)]


def test_an_impression_of_another_product_is_nothing(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "AB"),
        shop.event("impression", 1, "B", "s"),
        shop.order("o", 2, ("A", 500)),
    )
    assert found == []


def test_direct_beats_a_later_impression(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s1", 0, "A"),
        shop.slate("s2", 2, "A"),
        shop.event("click", 1, "A", "s1"),
        shop.event("impression", 3, "A", "s2"),
        shop.order("o", 4, ("A", 500)),
    )
    assert found == [("o", "1", "direct", "s1", 500, 0)]


def test_the_last_of_two_clicks_wins(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s1", 0, "A"),
        shop.slate("s2", 0, "A"),
        shop.event("click", 2, "A", "s2"),
        shop.event("click", 1, "A", "s1"),
        shop.order("o", 4, ("A", 500)),
    )
    assert found == [("o", "1", "direct", "s2", 500, 0)]


def test_a_line_that_names_its_slate_needs_no_visitor_and_beats_clicks(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("named", 0, "A", visitor=None),
        shop.slate("clicked", 0, "A"),
        shop.event("click", 1, "A", "clicked"),
        shop.order("o", 2, ("A", 500, "named"), ("A", 300, "unknown")),
    )
    assert found == [("o", "1", "direct", "named", 500, 0), ("o", "2", "direct", "clicked", 300, 0)]


def accepted(shop: Shop, hours: float, *, customer: str | None = "c") -> Rows:
    """One more product, offered and accepted right after the payment."""
    (slate,), (event,) = shop.slate("s", hours, "A", visitor=None), shop.event("add", hours, "A", "s", None)
    assert isinstance(slate, Slate)
    assert isinstance(event, Event)
    slate.placement, slate.customer_id, event.event_id = "post-purchase", customer, "s:1:a:1"
    return [slate, event]


@pytest.mark.parametrize("hours", [1.1, 1.9, 2, 2.1, 2.9])
def test_what_was_accepted_right_after_the_payment_is_direct(
    session: Session, shop: Shop, hours: float
) -> None:
    order = shop.order("o", 2, ("B", 300), ("A", 500), customer="c")
    assert told(session, shop, accepted(shop, hours), order) == [("o", "2", "direct", "s", 500, 0)]


@pytest.mark.parametrize(("hours", "customer"), [(0.9, "c"), (3.1, "c"), (2, "another"), (2, None)])
def test_what_another_one_accepted_or_long_ago_is_nothing(
    session: Session, shop: Shop, hours: float, customer: str | None
) -> None:
    order = shop.order("o", 2, ("A", 500), customer="c")
    assert told(session, shop, accepted(shop, hours, customer=customer), order) == []


def test_a_slate_that_does_not_hold_the_product_credits_nothing(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "B"),
        shop.event("click", 1, "A", "s"),
        shop.order("o", 2, ("A", 500, "s")),
    )
    assert found == []


def test_a_ghost_credits_nothing(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", 0, "A", arm="holdout"),
        shop.event("click", 1, "A", "s"),
        shop.order("o", 2, ("A", 500, "s")),
    )
    assert found == []


def test_another_stores_slate_credits_nothing(
    session: Session, shop: Shop, database: Database, other_store: Credentials
) -> None:
    with database.unit(other_store.store_id) as unit:
        unit.session.add_all(Shop(other_store.store_id).slate("s", 0, "A"))
    found = told(session, shop, shop.event("click", 1, "A", "s"), shop.order("o", 2, ("A", 500, "s")))
    assert found == []


@pytest.mark.parametrize(
    ("clicked", "credited"), [(0, True), (24, True), (-0.001, False), (24.001, False)], ids=str
)
def test_the_window_holds_both_its_edges(
    session: Session,
    shop: Shop,
    clicked: float,
    credited: bool,  # noqa: FBT001
) -> None:
    found = told(
        session,
        shop,
        shop.slate("s", -1, "A"),
        shop.event("click", clicked, "A", "s"),
        shop.order("o", 24, ("A", 500)),
    )
    assert bool(found) is credited


def test_an_order_without_visitor_is_joined_through_its_customer(session: Session, shop: Shop) -> None:
    rows = (
        shop.slate("s", 0, "A"),
        shop.event("click", 1, "A", "s"),
        shop.order("o", 2, ("A", 500), visitor=None, customer="c"),
    )
    assert told(session, shop, *rows) == []
    assert told(session, shop, shop.identity("v", "c")) == [("o", "1", "direct", "s", 500, 0)]


def test_an_order_with_a_visitor_is_not_joined_through_its_customer(session: Session, shop: Shop) -> None:
    found = told(
        session,
        shop,
        shop.identity("v", "c"),
        shop.slate("s", 0, "A"),
        shop.event("click", 1, "A", "s"),
        shop.order("o", 2, ("A", 500), visitor="somebody else", customer="c"),
    )
    assert found == []


def test_refunds_take_money_back_but_never_more_than_was_paid(session: Session, shop: Shop) -> None:
    rows = (
        shop.slate("s", 0, "AB"),
        shop.event("click", 1, "A", "s"),
        shop.event("click", 1, "B", "s"),
        shop.order("o", 2, ("A", 500), ("B", 300)),
        shop.refund("r1", "o", ("1", 120)),
    )
    assert [row[4:] for row in told(session, shop, *rows)] == [(500, 120), (300, 0)]
    more = (shop.refund("r2", "o", ("1", 30), ("2", 300)), shop.refund("r3", "o", ("2", 1)))
    assert [row[4:] for row in told(session, shop, *more)] == [(500, 150), (300, 300)]


def test_a_cancelled_order_is_taken_back_in_full(session: Session, shop: Shop) -> None:
    found = told(
        session, shop, shop.slate("s", 0, "A"), shop.order("o", 2, ("A", 500, "s"), status="cancelled")
    )
    assert found == [("o", "1", "direct", "s", 500, 500)]


def test_a_pending_order_does_not_count(session: Session, shop: Shop) -> None:
    assert (
        told(session, shop, shop.slate("s", 0, "A"), shop.order("o", 2, ("A", 5, "s"), status="pending"))
        == []
    )


def test_a_row_tells_when_it_was_bought_and_touched(session: Session, shop: Shop) -> None:
    told(
        session, shop, shop.slate("s", 0, "A"), shop.event("click", 1, "A", "s"), shop.order("o", 2, ("A", 5))
    )
    row = session.scalars(select(Attribution)).one()
    assert (row.at, row.touched_at, row.currency) == (at(2), at(1), "GBP")


def test_running_it_again_changes_nothing(session: Session, shop: Shop) -> None:
    first = told(session, shop, shop.slate("s", 0, "A"), shop.order("o", 2, ("A", 500, "s")))
    attribution.attribute_orders(session, shop.store_id, [OrderId("o"), OrderId("unknown")])
    assert ledger(session, shop.store_id) == first != []


def test_the_orders_that_late_rows_concern(session: Session, shop: Shop) -> None:
    for rows in (
        shop.order("in", 20, ("A", 5)),
        shop.order("after", 40, ("A", 5)),
        shop.order("named", 40, ("A", 5, "s"), visitor="w"),
        shop.event("click", 10, "A", "s"),
    ):
        session.add_all(rows)
        session.flush()
    assert attribution.orders_touched_by(session, shop.store_id, [VisitorId("v")]) == ["in"]
    assert attribution.orders_carrying(session, shop.store_id, [SlateId("s")]) == ["named"]
    assert attribution.orders_touched_by(session, shop.store_id, []) == []


def test_the_orders_that_a_late_acceptance_concerns(session: Session, shop: Shop) -> None:
    for rows in (
        accepted(shop, 2),
        shop.order("own", 2.5, ("A", 500), customer="c"),
        shop.order("long after", 9, ("A", 500), customer="c"),
        shop.order("another's", 2.5, ("A", 500), customer="d"),
    ):
        arrive(session, shop.store_id, rows)
    assert attribution.orders_carrying(session, shop.store_id, [SlateId("s")]) == ["own"]
