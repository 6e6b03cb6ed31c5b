"""The Overview of a small shop, added up by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.insight import reports
from app.domain.tables.accounts import Store
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import StoreId
from app.kernel.money import Money
from tests.domain.insight.world import Shop, arrive, at


def pounds(pence: int) -> Money:
    return Money(pence, "GBP")


@pytest.fixture
def busy(session: Session, shop: Shop) -> Shop:
    """Monday noon to Tuesday evening."""
    for rows in (
        shop.slate("s", 0, "ABC"),
        shop.slate("h", 0, "ABC", "w", "holdout"),
        *(shop.event("impression", 1, product, "s") for product in "ABC"),
        shop.event("impression", 13, "A", "s"),
        shop.event("click", 13, "A", "s"),
        shop.event("add", 13, "A", "s"),
        shop.event("click", 1, "A", "of nobody"),
        shop.event("click", 1, "A", "h"),
        shop.order("o1", 14, ("A", 500), ("B", 300), ("D", 40)),
        shop.order("o2", 14, ("A", 70), visitor="x"),
        shop.order("o3", 14, ("A", 9_000), visitor="x", status="cancelled"),
        shop.order("o4", 14, ("A", 9_000), visitor="x", currency="EUR"),
        shop.refund("r", "o1", ("1", 100)),
    ):
        arrive(session, shop.store_id, rows)
    return shop


def test_the_totals(session: Session, busy: Shop) -> None:
    found = reports.overview(session, busy.store_id, at(0), at(36))
    assert (found.orders, found.revenue) == (3, pounds(840 - 100 + 70))
    assert (found.impressions, found.clicks, found.adds) == (4, 1, 1)
    assert found.ctr == 1 / 4
    assert found.attributed == pounds(500 - 100)
    assert found.assisted == pounds(300 + 40)
    assert (found.lift.visitors_treatment, found.lift.visitors_holdout) == (1, 1)
    assert not found.lift.enough


def test_days_are_the_stores_own_and_none_is_left_out(session: Session, busy: Shop) -> None:
    found = reports.overview(session, busy.store_id, at(-36), at(36)).days
    assert [(day.day, day.orders, day.revenue, day.impressions) for day in found] == [
        (date(2026, 11, 1), 0, pounds(0), 0),
        (date(2026, 11, 2), 0, pounds(0), 3),
        (date(2026, 11, 3), 3, pounds(810), 1),
    ]
    assert (found[2].attributed, found[2].clicks, found[2].adds) == (pounds(400), 1, 1)
    # 13 and 14 hours after noon UTC it is still Monday evening in New York.
    session.execute(update(Store).where(Store.store_id == busy.store_id).values(timezone="America/New_York"))
    found = reports.overview(session, busy.store_id, at(-36), at(36)).days
    assert [(day.day, day.orders) for day in found] == [
        (date(2026, 10, 31), 0),
        (date(2026, 11, 1), 0),
        (date(2026, 11, 2), 3),
        (date(2026, 11, 3), 0),
    ]


def test_the_period_takes_its_beginning_and_leaves_its_end(session: Session, shop: Shop) -> None:
    for rows in (shop.order("first", 0, ("A", 1)), shop.order("last", 24, ("A", 20))):
        arrive(session, shop.store_id, rows)
    assert reports.overview(session, shop.store_id, at(0), at(24)).revenue == pounds(1)
    assert reports.overview(session, shop.store_id, at(-1), at(0)).ctr is None


@pytest.mark.parametrize("until", [at(0), at(-1), at(24 * 401)], ids=["empty", "backwards", "endless"])
def test_a_senseless_period_is_invalid(session: Session, shop: Shop, until: datetime) -> None:
    with pytest.raises(Invalid):
        reports.overview(session, shop.store_id, at(0), until)


def test_another_store_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        reports.overview(session, StoreId("another"), at(0), at(24))
