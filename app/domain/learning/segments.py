"""The segment of every customer, worked out anew at each training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, func, insert, select, text

from app.domain.tables.learning import CustomerSegment
from app.engine import segments as engine

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

# A visitor who signed in once is that customer, as in training.
_CUSTOMERS = text(
    """
    select coalesce(o.customer_id, i.customer_id) as customer_id, max(o.created_at) as last_order_at,
           count(*) as orders, sum(o.total_amount)::bigint as spent
    from orders o
    left join (
        select visitor_id, min(customer_id) as customer_id
        from identities where store_id = :store_id group by visitor_id
    ) i on i.visitor_id = o.visitor_id
    where o.store_id = :store_id and o.status <> 'cancelled' and o.created_at <= :at
      and coalesce(o.customer_id, i.customer_id) is not null
    group by 1 order by 1
    """
)

_DAY = 86_400


def refresh(session: Session, store_id: StoreId, *, at: datetime) -> int:
    """Score all customers with orders up to ``at``; gives how many there are."""
    found = session.execute(_CUSTOMERS, {"store_id": store_id, "at": at}).all()
    scored = engine.score(
        engine.Customers(
            np.asarray([(at - row.last_order_at).total_seconds() / _DAY for row in found], np.float64),
            np.asarray([row.orders for row in found], np.int64),
            np.asarray([row.spent for row in found], np.float64),
        )
    )
    session.execute(delete(CustomerSegment).where(CustomerSegment.store_id == store_id))
    rows = [
        {
            "store_id": store_id,
            "customer_id": row.customer_id,
            "segment": scored.segments[place],
            "recency": int(scored.recency[place]),
            "frequency": int(scored.frequency[place]),
            "money": int(scored.money[place]),
            "last_order_at": row.last_order_at,
            "orders": row.orders,
            "spent_amount": row.spent,
            "computed_at": at,
        }
        for place, row in enumerate(found)
    ]
    if rows:
        session.execute(insert(CustomerSegment), rows)
    return len(rows)


def get(session: Session, store_id: StoreId, customer_id: str) -> CustomerSegment | None:
    """Give a customer's segment; None where there was no order at the last training."""
    return session.get(CustomerSegment, (store_id, customer_id))


@dataclass(frozen=True, slots=True)
class Size:
    """A segment's customers, the orders that they placed, and what they spent (minor units)."""

    segment: str
    customers: int
    orders: int
    spent: int


def sizes(session: Session, store_id: StoreId) -> Sequence[Size]:
    """Give the segments that have any customer, the largest first."""
    count = func.count()
    mine = select(
        CustomerSegment.segment,
        count,
        func.sum(CustomerSegment.orders),
        func.sum(CustomerSegment.spent_amount),
    ).where(CustomerSegment.store_id == store_id)
    rows = session.execute(
        mine.group_by(CustomerSegment.segment).order_by(count.desc(), CustomerSegment.segment)
    )
    return [Size(segment, number, int(orders), int(spent)) for segment, number, orders, spent in rows]


def scored_at(session: Session, store_id: StoreId) -> datetime | None:
    """Give when customers were scored last, None before the first time or without customers."""
    return session.scalar(
        select(func.max(CustomerSegment.computed_at)).where(CustomerSegment.store_id == store_id)
    )


def forget(session: Session, store_id: StoreId, customer_id: str) -> None:
    """Let go of what is known of a customer."""
    session.execute(
        delete(CustomerSegment).where(
            CustomerSegment.store_id == store_id, CustomerSegment.customer_id == customer_id
        )
    )
