"""Whether enough was ordered since the last training to train again before the night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.domain.learning import versions
from app.domain.tables.commerce import Order

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

FEWEST = 50
SHARE = 0.05
"""A training is due after this share of new orders, and at least ``FEWEST`` of them."""

_REST_AFTER_FAILURE = timedelta(hours=1)


def is_due(session: Session, store_id: StoreId, *, now: datetime) -> bool:
    """Tell whether enough orders are new; a training that failed is not tried again within the hour."""
    known = versions.list(session, store_id)
    if known and known[0].status == versions.FAILED and now - known[0].created_at < _REST_AFTER_FAILURE:
        return False
    last = versions.latest(session, store_id)
    before = last.metrics.get("placed", last.metrics.get("orders", 0)) if last is not None else 0
    return placed(session, store_id) - before >= max(FEWEST, SHARE * before)


def placed(session: Session, store_id: StoreId) -> int:
    """Count the orders that a training would read."""
    mine = select(func.count()).where(
        Order.store_id == store_id, Order.status != "cancelled", Order.forgotten.is_(False)
    )
    return session.scalar(mine) or 0
