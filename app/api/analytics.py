"""What recommendations did for the store, as the console's Overview shows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from flask import Response, request
from msgspec import Struct, field

from app.api import edge
from app.api.edge import Operation, Param
from app.domain.accounts import stores
from app.domain.insight import reports
from app.domain.insight.lift import Lift
from app.domain.insight.reports import Overview
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from app.platforms.custom.shapes import MoneyShape

_YEARS: Final = range(2000, 2101)
_USUAL: Final = timedelta(days=27)  # and the day on which they end


class DayShape(Struct):
    """One day of the store's time zone."""

    day: date
    orders: int
    revenue: MoneyShape
    attributed: MoneyShape
    assisted: MoneyShape
    impressions: int
    clicks: int
    adds: int


class LiftShape(Struct):
    """``per_visitor`` is what a new visitor with recommendations spends more than one of the holdout.

    All amounts are minor units of the store's currency, means with fractions; ``low`` to ``high`` is the 95 %
    interval. ``percent`` sets it against the holdout's spending. ``total`` is it times the visitors with
    recommendations. Do not use these while ``enough`` is false. ``broken_split`` warns that the two groups
    do not have the sizes that they should have, ``mismatch`` being the p-value.
    """

    visitors_treatment: int
    visitors_holdout: int
    buyers_treatment: int
    buyers_holdout: int
    per_visitor: float
    low: float
    high: float
    percent: float | None
    total: int
    total_low: int
    total_high: int
    enough: bool
    broken_split: bool
    mismatch: float


class OverviewShape(Struct):
    """Paid orders, less refunds. ``attributed`` is credited directly; what was gained says ``lift``."""

    since: datetime = field(name="from")
    until: datetime = field(name="to")
    timezone: str
    orders: int
    revenue: MoneyShape
    impressions: int
    clicks: int
    ctr: float | None
    adds: int
    attributed: MoneyShape
    assisted: MoneyShape
    lift: LiftShape
    days: list[DayShape]


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    either = "a day (2026-11-21, in the store's time zone) or a moment (2026-11-21T12:00:00Z)"
    return (
        Operation(
            "GET",
            f"{edge.PREFIX}/analytics/overview",
            "analytics_overview",
            "Overview of a period",
            "Analytics",
            partial(_overview, runtime),
            answered=OverviewShape,
            params=(
                Param("from", f"First day, or beginning: {either}. 28 days up to the end by default."),
                Param("to", f"Last day, that day included, or end: {either}. Now by default."),
            ),
        ),
    )


def _overview(runtime: Runtime, store_id: StoreId, /) -> Response:
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        zone = ZoneInfo(stores.get(unit.session, store_id).timezone)
        until = _moment("to", zone, passed=timedelta(days=1)) or now + timedelta(microseconds=1)
        since = _moment("from", zone, passed=timedelta())
        if since is None:
            last = (until - timedelta(microseconds=1)).astimezone(zone).date()
            since = datetime.combine(last - _USUAL, time(), zone)
        found = reports.overview(unit.session, store_id, since.astimezone(UTC), until.astimezone(UTC))
    return edge.reply(_shape(found))


def _moment(name: str, zone: ZoneInfo, *, passed: timedelta) -> datetime | None:
    """A moment as given, or the midnight of the given day with ``passed`` days more. Raises Invalid."""
    given = request.args.get(name)
    if not given:
        return None
    try:
        if len(given) == len("2026-11-21"):
            moment = datetime.combine(date.fromisoformat(given) + passed, time(), zone)
        else:
            moment = datetime.fromisoformat(given)
    except (ValueError, OverflowError):
        raise Invalid(f"{given!r} is neither a day nor a moment in ISO 8601", name) from None
    if moment.tzinfo is None:
        raise Invalid(f"{given!r} names no time zone: end it with Z or an offset", name)
    if moment.year not in _YEARS:
        raise Invalid(f"{given!r} is outside the years {_YEARS[0]} to {_YEARS[-1]}", name)
    return moment


def _shape(found: Overview) -> OverviewShape:
    return OverviewShape(
        since=found.since,
        until=found.until,
        timezone=found.timezone,
        orders=found.orders,
        revenue=_money(found.revenue),
        impressions=found.impressions,
        clicks=found.clicks,
        ctr=found.ctr,
        adds=found.adds,
        attributed=_money(found.attributed),
        assisted=_money(found.assisted),
        lift=_lift(found.lift),
        days=[
            DayShape(
                day=day.day,
                orders=day.orders,
                revenue=_money(day.revenue),
                attributed=_money(day.attributed),
                assisted=_money(day.assisted),
                impressions=day.impressions,
                clicks=day.clicks,
                adds=day.adds,
            )
            for day in found.days
        ],
    )


def _lift(lift: Lift) -> LiftShape:
    return LiftShape(
        visitors_treatment=lift.visitors_treatment,
        visitors_holdout=lift.visitors_holdout,
        buyers_treatment=lift.buyers_treatment,
        buyers_holdout=lift.buyers_holdout,
        per_visitor=lift.per_visitor,
        low=lift.low,
        high=lift.high,
        percent=lift.percent,
        total=lift.total,
        total_low=lift.total_low,
        total_high=lift.total_high,
        enough=lift.enough,
        broken_split=lift.broken_split,
        mismatch=lift.mismatch,
    )


def _money(money: Money) -> MoneyShape:
    return MoneyShape(money.amount, money.currency)
