"""How much of his plan a merchant used this month, and telling him in time. Nothing is ever switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.accounts import audit, plans, stores
from app.domain.accounts.plans import Plan
from app.domain.tables.shops import UsageMark
from app.kernel.ids import StoreId

WATCH: Final = "usage.watch"
WARNED_AT: Final = (80, 100)

# A slate of the holdout was computed and not shown: nobody pays for it.
_USED = text(
    """
    select count(*) from slates
    where store_id = :store_id and at >= :since and at < :until and not ghost and cardinality(items) > 0
    """
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Recommendations of one month in the store's time zone: slates that were shown and not empty."""

    month: str
    used: int
    plan: Plan

    @property
    def percent(self) -> int | None:
        """Whole percent of the plan, rounded down; None where it has no limit."""
        return None if self.plan.monthly is None else 100 * self.used // self.plan.monthly

    @property
    def reached(self) -> tuple[int, ...]:
        """The marks that were reached: 80, and 100."""
        return tuple(mark for mark in WARNED_AT if self.percent is not None and self.percent >= mark)

    @property
    def advised(self) -> Plan:
        return plans.enough_for(self.used)


def this_month(session: Session, store_id: StoreId, *, now: datetime) -> Usage:
    store = stores.get(session, store_id)
    since = now.astimezone(ZoneInfo(store.timezone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    what = {"store_id": store_id, "since": since, "until": now}
    used = session.execute(_USED, what).scalar_one()
    return Usage(f"{since:%Y-%m}", used, plans.named(store.plan))


def watch(session: Session, store_id: StoreId, *, now: datetime) -> None:
    """The job: say once a month that 80, and that 100 percent are used. Safe to run twice."""
    usage = this_month(session, store_id, now=now)
    for mark in usage.reached:
        row = insert(UsageMark).values(store_id=store_id, month=usage.month, percent=mark, at=now)
        fresh = session.execute(row.on_conflict_do_nothing().returning(UsageMark.percent)).first()
        if fresh:
            detail: dict[str, str | int | float | bool | None] = {
                "used": usage.used,
                "plan": usage.plan.name,
                "monthly": usage.plan.monthly,
            }
            subject = f"{mark} % of {usage.month}"
            audit.note(session, store_id, "usage.reach", subject, actor="usage", at=now, detail=detail)
