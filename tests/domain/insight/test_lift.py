"""Who is in which arm, what each visitor brought, and when a number may be shown."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.domain.insight.lift import Lift, compare, measure
from app.engine.stats import Sample
from tests.domain.insight.world import Rows, Shop, at


def measured(session: Session, shop: Shop, *arrivals: Rows) -> Lift:
    """Over the day that begins at hour 0."""
    for rows in arrivals:
        session.add_all(rows)
    session.flush()
    return measure(session, shop.store_id, at(0), at(24))


def test_each_visitor_counts_with_what_he_paid_less_what_came_back(session: Session, shop: Shop) -> None:
    found = measured(
        session,
        shop,
        shop.slate("s1", 1, "A", "anna"),
        shop.slate("s2", 2, "A", "bert"),
        shop.slate("s3", 3, "A", "cleo"),
        shop.slate("s4", 1, "A", "hans", "holdout"),
        shop.slate("s5", 1, "A", "hugo", "holdout"),
        shop.order("o1", 4, ("A", 500), ("B", 300), visitor="anna"),
        shop.order("o2", 5, ("A", 400), visitor="anna"),
        shop.order("o3", 5, ("A", 700), visitor="bert"),
        shop.order("o4", 5, ("A", 100), visitor="hans"),
        shop.refund("r1", "o1", ("2", 300)),
        shop.refund("r2", "o3", ("1", 600)),
        shop.refund("r3", "o3", ("1", 600)),
    )
    assert (found.visitors_treatment, found.visitors_holdout) == (3, 2)
    assert (found.buyers_treatment, found.buyers_holdout) == (1, 1), "bert sent all of it back"
    assert (found.mean_treatment, found.mean_holdout) == (900 / 3, 100 / 2)
    assert found.per_visitor == 250
    assert found.total == 750
    assert found.percent == 500
    assert not found.enough


def test_orders_before_the_first_slate_or_outside_the_period_stay_out(session: Session, shop: Shop) -> None:
    found = measured(
        session,
        shop,
        shop.slate("s", 2, "A", "anna"),
        shop.slate("h", 0, "A", "hans", "holdout"),
        shop.order("before", 1, ("A", 1), visitor="anna"),
        shop.order("at once", 2, ("A", 20), visitor="anna"),
        shop.order("later", 23.9, ("A", 300), visitor="anna"),
        shop.order("too late", 24, ("A", 4_000), visitor="anna"),
        shop.order("a stranger's", 5, ("A", 50_000), visitor="nobody"),
    )
    assert found.mean_treatment == 320


def test_cancelled_pending_and_foreign_orders_bring_nothing(session: Session, shop: Shop) -> None:
    found = measured(
        session,
        shop,
        shop.slate("s", 2, "A", "anna"),
        shop.order("o1", 3, ("A", 1), visitor="anna", status="cancelled"),
        shop.order("o2", 3, ("A", 20), visitor="anna", status="pending"),
        shop.order("o3", 3, ("A", 300), visitor="anna", currency="EUR"),
    )
    assert (found.visitors_treatment, found.buyers_treatment) == (1, 0)


def test_the_arm_is_that_of_the_first_slate_and_earlier_acquaintances_stay_out(
    session: Session, shop: Shop
) -> None:
    found = measured(
        session,
        shop,
        shop.slate("s1", -1, "A", "known before"),
        shop.slate("s2", 1, "A", "known before"),
        shop.slate("s3", 2, "A", "moved", "holdout"),
        shop.slate("s4", 3, "A", "moved"),
        shop.slate("s5", 24, "A", "tomorrow"),
        shop.order("o", 4, ("A", 5), visitor="moved"),
    )
    assert (found.visitors_treatment, found.visitors_holdout) == (0, 1)
    assert found.mean_holdout == 5


def test_without_a_visitor_id_there_is_no_arm(session: Session, shop: Shop) -> None:
    found = measured(
        session, shop, shop.slate("s1", 1, "A", None, "none"), shop.slate("s2", 1, "A", "odd", "none")
    )
    assert (found.visitors_treatment, found.visitors_holdout, found.unassigned_slates) == (0, 0, 2)


def test_an_order_without_visitor_counts_once_for_the_customers_first_visitor(
    session: Session, shop: Shop
) -> None:
    found = measured(
        session,
        shop,
        shop.identity("phone", "c"),
        shop.identity("laptop", "c"),
        shop.slate("s1", 2, "A", "phone"),
        shop.slate("s2", 1, "A", "laptop", "holdout"),
        shop.order("o1", 3, ("A", 5), visitor=None, customer="c"),
        shop.order("o2", 3, ("A", 80), visitor="phone", customer="c"),
    )
    assert (found.mean_treatment, found.mean_holdout) == (80, 5)


@pytest.mark.parametrize(
    ("visitors", "buyers", "enough"), [(100, 10, True), (99, 10, False), (100, 9, False)], ids=str
)
def test_too_few_visitors_or_buyers_are_not_enough(visitors: int, buyers: int, enough: bool) -> None:  # noqa: FBT001
    big = Sample(10_000, np.full(500, 100.0))
    small = Sample(visitors, np.full(buyers, 100.0))
    assert compare(big, small, share=0.01).enough is enough
    assert compare(small, big, share=0.99).enough is enough


def test_a_lost_half_of_the_holdout_rings_the_alarm() -> None:
    spent = np.full(50, 100.0)
    assert compare(Sample(9_500, spent), Sample(500, spent), share=0.05).broken_split is False
    assert compare(Sample(9_500, spent), Sample(250, spent), share=0.05).broken_split is True
