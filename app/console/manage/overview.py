"""Overview: what happened in the period, and what of it is owed to recommendations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from app.console.frame import pages, words
from app.console.frame.person import present
from app.domain.insight import reports
from app.domain.insight.lift import Lift
from app.domain.insight.reports import Overview
from app.kernel.money import Money
from app.kernel.runtime import Runtime

_PERIODS = {1: "Today", 7: "7 days", 28: "28 days"}
_USUAL = 28
_PLOT_WIDTH = 400
_FINE = 10
"""An interval within so many minor units of zero is written with one digit more."""


@dataclass(frozen=True, slots=True)
class Plot:
    """An interval drawn on a line of ``_PLOT_WIDTH``: where its ends, its middle and zero come to lie."""

    low: float
    point: float
    high: float
    zero: float

    @classmethod
    def of(cls, lift: Lift) -> Plot:
        left, right = min(lift.low, 0), max(lift.high, 0)
        scale = (_PLOT_WIDTH - 20) / ((right - left) or 1)
        return cls(*(round(10 + (x - left) * scale, 1) for x in (lift.low, lift.per_visitor, lift.high, 0.0)))


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/")
    def overview() -> str:
        return _page(runtime, "manage/overview.html")

    @blueprint.get("/overview/figures")
    def overview_figures() -> str:
        return _page(runtime, "manage/figures.html")


def _page(runtime: Runtime, template: str) -> str:
    days = request.args.get("days", _USUAL, type=int)
    days = days if days in _PERIODS else _USUAL
    person = present()
    since, until = _period(runtime.clock.now(), days, person.timezone)
    with runtime.unit(person.store_id) as unit:
        found = reports.overview(unit.session, person.store_id, since, until)
    return pages.render(
        template,
        days=days,
        periods=_PERIODS,
        found=found,
        figures=_figures(found),
        plot=Plot.of(found.lift),
        amount=partial(words.amount, currency=person.currency, signed=True),
        finer=int(max(-found.lift.low, found.lift.high) < _FINE),
    )


def _period(now: datetime, days: int, timezone: str) -> tuple[datetime, datetime]:
    """From the midnight that begins the first of so many days of the store, today among them, until now."""
    zone = ZoneInfo(timezone)
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return datetime.combine(first, time(), zone).astimezone(now.tzinfo), now + timedelta(microseconds=1)


def _figures(found: Overview) -> str:
    """The days as the charts read them, money in major units."""
    return json.dumps(
        [
            {
                "day": day.day.isoformat(),
                "revenue": _major(day.revenue),
                "attributed": _major(day.attributed),
                "impressions": day.impressions,
                "clicks": day.clicks,
            }
            for day in found.days
        ]
    )


def _major(money: Money) -> float:
    return float(Decimal(money.major()))
