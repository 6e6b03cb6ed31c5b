"""What recommendations earned that would not have been earned without them: treatment against holdout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine import stats
from app.engine.assign import Arm
from app.engine.stats import Sample
from app.kernel.ids import StoreId

_FEWEST_VISITORS = 100
_FEWEST_BUYERS = 10
_MISMATCH_ALARM = 0.001
"""Split alarms are looked at all the time, hence the strict level."""

# A customer who came as several visitors is credited to the one that was met first.
_COHORT = """
    with met as (
        select distinct on (visitor_id) visitor_id, at, arm
        from slates s
        where s.store_id = :store_id and s.at >= :since and s.at < :until
          and s.visitor_id is not null and s.arm in ('treatment', 'holdout')
          and not exists (
              select from slates earlier
              where earlier.store_id = :store_id and earlier.visitor_id = s.visitor_id
                and earlier.at < :since and earlier.arm in ('treatment', 'holdout'))
        order by visitor_id, at, slate_id
    )
"""

_VISITORS = text(f"{_COHORT} select arm, count(*) as visitors from met group by arm")

_SPENT = text(
    _COHORT
    + """,
    placed as (
        select order_id, created_at, visitor_id, customer_id, total_amount
        from orders
        where store_id = :store_id and created_at >= :since and created_at < :until and status = 'paid'
          and currency = (select currency from stores where store_id = :store_id)
    ),
    joined as (
        select p.order_id, p.total_amount, m.visitor_id, m.arm
        from placed p
        join met m on m.visitor_id = p.visitor_id and m.at <= p.created_at
        union all
        (select distinct on (p.order_id) p.order_id, p.total_amount, m.visitor_id, m.arm
         from placed p
         join identities i on i.store_id = :store_id and i.customer_id = p.customer_id
         join met m on m.visitor_id = i.visitor_id and m.at <= p.created_at
         where p.visitor_id is null
         order by p.order_id, m.at, m.visitor_id)
    ),
    returned as (
        select r.order_id, sum(r.amount) as amount
        from refund_lines r
        where r.store_id = :store_id and r.order_id in (select order_id from joined)
        group by r.order_id
    )
    select j.arm, sum(j.total_amount - least(j.total_amount, coalesce(r.amount, 0)))::bigint as spent
    from joined j
    left join returned r using (order_id)
    group by j.arm, j.visitor_id
    """
)

_UNASSIGNED = text(
    """
    select count(*) from slates
    where store_id = :store_id and at >= :since and at < :until and arm = 'none'
    """
)

_SHARE = text("select holdout from stores where store_id = :store_id")


@dataclass(frozen=True, slots=True)
class Lift:
    """Incremental revenue, in minor units of the store's currency, net of refunds.

    ``per_visitor`` is treatment minus holdout with its 95 % interval from ``low`` to ``high``; ``percent`` is
    it in per cent of the holdout's revenue per visitor (None where that is zero); ``total`` and its interval
    are it times the treatment's visitors. Until ``enough`` is true none of these may be shown as a result.
    ``mismatch`` is the p-value of the split against the configured share; ``broken_split`` raises the alarm.
    ``unassigned_slates`` went to shoppers without a visitor id, who are in neither arm.
    """

    visitors_treatment: int
    visitors_holdout: int
    buyers_treatment: int
    buyers_holdout: int
    mean_treatment: float
    mean_holdout: float
    per_visitor: float
    low: float
    high: float
    percent: float | None
    total: int
    total_low: int
    total_high: int
    enough: bool
    mismatch: float
    broken_split: bool
    unassigned_slates: int = 0


def measure(session: Session, store_id: StoreId, since: datetime, until: datetime) -> Lift:
    """Intention to treat over the visitors who met their first slate, shown or ghost, in [since, until).

    A visitor keeps the arm of that slate and counts with all that his orders after it, up to ``until``,
    brought in the store's currency. Those met before ``since`` stay out: whether they come back may itself
    be an effect of recommendations. Orders join by visitor, or by customer where they name no visitor.
    """
    what = {"store_id": store_id, "since": since, "until": until}
    visitors = {str(arm): int(count) for arm, count in session.execute(_VISITORS, what)}
    spent: dict[str, list[int]] = {Arm.TREATMENT: [], Arm.HOLDOUT: []}
    for arm, amount in session.execute(_SPENT, what):
        if amount:
            spent[arm].append(amount)
    samples = {
        arm: Sample(visitors.get(arm, 0), np.array(amounts, dtype=np.float64))
        for arm, amounts in spent.items()
    }
    return compare(
        samples[Arm.TREATMENT],
        samples[Arm.HOLDOUT],
        share=session.scalars(_SHARE, what).one(),
        unassigned_slates=session.scalars(_UNASSIGNED, what).one(),
    )


def compare(treatment: Sample, holdout: Sample, *, share: float, unassigned_slates: int = 0) -> Lift:
    """Set the arms against each other; ``share`` is the configured holdout. Pure."""
    smallest = min(treatment.visitors, holdout.visitors)
    fewest_buyers = min(treatment.buyers, holdout.buyers)
    found = stats.Interval(0.0, 0.0, 0.0)
    if smallest >= 2:  # noqa: PLR2004 - a variance needs two
        found = stats.difference(treatment, holdout)
    mismatch = stats.mismatch(treatment.visitors, holdout.visitors, share)
    return Lift(
        visitors_treatment=treatment.visitors,
        visitors_holdout=holdout.visitors,
        buyers_treatment=treatment.buyers,
        buyers_holdout=holdout.buyers,
        mean_treatment=treatment.mean,
        mean_holdout=holdout.mean,
        per_visitor=found.estimate,
        low=found.low,
        high=found.high,
        percent=100 * found.estimate / holdout.mean if holdout.mean else None,
        total=round(found.estimate * treatment.visitors),
        total_low=round(found.low * treatment.visitors),
        total_high=round(found.high * treatment.visitors),
        enough=smallest >= _FEWEST_VISITORS and fewest_buyers >= _FEWEST_BUYERS,
        mismatch=mismatch,
        broken_split=mismatch < _MISMATCH_ALARM,
        unassigned_slates=unassigned_slates,
    )
