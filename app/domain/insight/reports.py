"""What the Overview shows, counted from the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.domain.insight import lift
from app.domain.insight.lift import Lift
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import StoreId
from app.kernel.money import Money

_LONGEST = timedelta(days=400)

_STORE = text("select currency, timezone from stores where store_id = :store_id")

_ORDERS = text(
    """
    with placed as (
        select order_id, (created_at at time zone :zone)::date as day,
               case when currency = :currency then total_amount else 0 end as amount
        from orders
        where store_id = :store_id and created_at >= :since and created_at < :until and status = 'paid'
    ),
    returned as (
        select order_id, sum(amount) as amount from refund_lines
        where store_id = :store_id and order_id in (select order_id from placed)
        group by order_id
    )
    select p.day, count(*) as orders,
           sum(p.amount - least(p.amount, coalesce(r.amount, 0)))::bigint as revenue
    from placed p left join returned r using (order_id)
    group by p.day
    """
)

_EVENTS = text(
    """
    select (e.at at time zone :zone)::date as day,
           count(*) filter (where e.kind = 'impression') as impressions,
           count(*) filter (where e.kind = 'click') as clicks,
           count(*) filter (where e.kind = 'add') as adds
    from events e
    join slates s on s.store_id = :store_id and s.slate_id = e.slate_id and not s.ghost
    where e.store_id = :store_id and e.at >= :since and e.at < :until
    group by 1
    """
)

_LEDGER = text(
    """
    select (at at time zone :zone)::date as day,
           coalesce(sum(amount - refunded_amount) filter (where kind = 'direct'), 0)::bigint as attributed,
           coalesce(sum(amount - refunded_amount) filter (where kind = 'assisted'), 0)::bigint as assisted
    from attributions
    where store_id = :store_id and at >= :since and at < :until and currency = :currency
    group by 1
    """
)


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day in the store's time zone."""

    day: date
    orders: int
    revenue: Money
    attributed: Money
    assisted: Money
    impressions: int
    clicks: int
    adds: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals of paid orders from ``since`` up to ``until``, in the store's currency, net of refunds.

    ``attributed`` is credited directly, ``assisted`` apart from it; neither says what was gained, ``lift``
    does. Clicks over impressions is ``ctr``, None without impressions. Orders in another currency than the
    store's are counted, not added up. ``days`` has every day of the period, also empty ones.
    """

    since: datetime
    until: datetime
    timezone: str
    orders: int
    revenue: Money
    attributed: Money
    assisted: Money
    impressions: int
    clicks: int
    adds: int
    ctr: float | None
    lift: Lift
    days: tuple[Day, ...]


def overview(session: Session, store_id: StoreId, since: datetime, until: datetime) -> Overview:
    """Raises Invalid where the period is empty or longer than 400 days, NotFound without the store."""
    if not since < until <= since + _LONGEST:
        raise Invalid("a period ends after it begins and has at most 400 days", "to")
    store = session.execute(_STORE, {"store_id": store_id}).one_or_none()
    if store is None:
        raise NotFound("store", store_id)
    days = _days(session, store_id, since, until, store)
    nothing = Money(0, store.currency)
    impressions = sum(day.impressions for day in days)
    clicks = sum(day.clicks for day in days)
    return Overview(
        since=since,
        until=until,
        timezone=store.timezone,
        orders=sum(day.orders for day in days),
        revenue=sum((day.revenue for day in days), nothing),
        attributed=sum((day.attributed for day in days), nothing),
        assisted=sum((day.assisted for day in days), nothing),
        impressions=impressions,
        clicks=clicks,
        adds=sum(day.adds for day in days),
        ctr=clicks / impressions if impressions else None,
        lift=lift.measure(session, store_id, since, until),
        days=tuple(days),
    )


def _days(
    session: Session, store_id: StoreId, since: datetime, until: datetime, store: Row[tuple[str, str]]
) -> Sequence[Day]:
    what = {
        "store_id": store_id,
        "since": since,
        "until": until,
        "zone": store.timezone,
        "currency": store.currency,
    }
    orders, events, ledger = (
        {row.day: row for row in session.execute(statement, what)}
        for statement in (_ORDERS, _EVENTS, _LEDGER)
    )
    zone = ZoneInfo(store.timezone)
    first = since.astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
    return [
        _day(day, store.currency, orders.get(day), events.get(day), ledger.get(day))
        for day in (first + timedelta(days=passed) for passed in range((last - first).days + 1))
    ]


def _day(day: date, currency: str, *found: Row[tuple[int, ...]] | None) -> Day:
    counted: dict[str, int] = {}
    for row in found:
        if row is not None:
            counted.update(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return Day(
        day=day,
        orders=counted.get("orders", 0),
        revenue=Money(counted.get("revenue", 0), currency),
        attributed=Money(counted.get("attributed", 0), currency),
        assisted=Money(counted.get("assisted", 0), currency),
        impressions=counted.get("impressions", 0),
        clicks=counted.get("clicks", 0),
        adds=counted.get("adds", 0),
    )
