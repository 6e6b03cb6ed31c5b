"""Where a shop sells, and what came of it in each currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.tables.commerce import Order
from app.domain.tables.shops import Market as Row
from app.kernel.ids import StoreId
from app.kernel.money import Money
from app.platforms.base import Market


@dataclass(frozen=True, slots=True)
class Sold:
    """Paid orders in one currency of those that buyers paid in: how many, and how much was paid."""

    orders: int
    paid: Money


def replace(session: Session, store_id: StoreId, told: Iterable[Market]) -> None:
    """These are all the markets there are."""
    session.execute(delete(Row).where(Row.store_id == store_id))
    session.add_all(
        Row(
            store_id=store_id,
            market_id=each.market_id,
            name=each.name,
            currency=each.currency,
            has_local_currencies=each.has_local_currencies,
            is_active=each.is_active,
        )
        for each in told
    )
    session.flush()


def every(session: Session, store_id: StoreId) -> Sequence[Row]:
    """Those that are open first, then by name."""
    ordered = select(Row).where(Row.store_id == store_id).order_by(Row.is_active.desc(), Row.name)
    return session.scalars(ordered).all()


def sold(session: Session, store_id: StoreId) -> list[Sold]:
    """By currency, the one with the most orders first."""
    currency = func.coalesce(Order.paid_currency, Order.currency)
    amount = func.coalesce(Order.paid_amount, Order.total_amount)
    counted = (
        select(func.count(), func.sum(amount), currency)
        .where(Order.store_id == store_id, Order.status == "paid")
        .group_by(currency)
        .order_by(func.count().desc(), currency)
    )
    return [Sold(orders, Money(int(paid), named)) for orders, paid, named in session.execute(counted)]
