"""A shop's rows, each written down in one line; times are hours after a Monday noon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.insight import attribution
from app.domain.tables.base import Row
from app.domain.tables.commerce import Identity, Order, OrderLine, Refund, RefundLine
from app.domain.tables.decisions import Attribution, Event, Slate
from app.kernel.ids import OrderId, SlateId, StoreId, VisitorId

T0 = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

Rows = list[Row]


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


class Shop:
    """Makes rows of one store."""

    def __init__(self, store_id: StoreId) -> None:
        self.store_id = store_id

    def slate(
        self, slate_id: str, hours: float, items: str, visitor: str | None = "v", arm: str = "treatment"
    ) -> Rows:
        """``items`` holds one letter a product. The holdout's slates are ghosts."""
        return [
            Slate(
                store_id=self.store_id,
                slate_id=slate_id,
                at=at(hours),
                placement="product",
                visitor_id=visitor,
                basket=[],
                items=list(items),
                propensities=[1.0] * len(items),
                model_version="m1",
                arm=arm,
                ghost=arm == "holdout",
                explored=False,
                tier="anchor",
            )
        ]

    def event(self, kind: str, hours: float, product: str, slate_id: str, visitor: str | None = "v") -> Rows:
        return [
            Event(
                store_id=self.store_id,
                event_id=f"{slate_id}:{product}:{kind}:{hours}:{visitor}",
                kind=kind,
                at=at(hours),
                received_at=at(hours),
                visitor_id=visitor,
                slate_id=slate_id,
                product_id=product,
                position=1,
            )
        ]

    def order(
        self,
        order_id: str,
        hours: float,
        *lines: tuple[str, int] | tuple[str, int, str],
        visitor: str | None = "v",
        customer: str | None = None,
        status: str = "paid",
        currency: str = "GBP",
    ) -> Rows:
        """Lines are product, amount and, where it names one, slate; they are numbered from 1."""
        rows: Rows = [
            Order(
                store_id=self.store_id,
                order_id=order_id,
                customer_id=customer,
                visitor_id=visitor,
                created_at=at(hours),
                status=status,
                currency=currency,
                total_amount=sum(line[1] for line in lines),
                version=at(hours),
                cancelled_at=at(hours) if status == "cancelled" else None,
            )
        ]
        for number, line in enumerate(lines, 1):
            rows.append(
                OrderLine(
                    store_id=self.store_id,
                    order_id=order_id,
                    line_id=str(number),
                    product_id=line[0],
                    quantity=1,
                    unit_amount=line[1],
                    total_amount=line[1],
                    slate_id=line[2] if len(line) > 2 else None,
                )
            )
        return rows

    def refund(self, refund_id: str, order_id: str, *lines: tuple[str, int]) -> Rows:
        """Lines are line id and amount."""
        rows: Rows = [
            Refund(store_id=self.store_id, refund_id=refund_id, order_id=order_id, created_at=T0, version=T0)
        ]
        for line_id, amount in lines:
            rows.append(
                RefundLine(
                    store_id=self.store_id,
                    refund_id=refund_id,
                    line_id=line_id,
                    order_id=order_id,
                    quantity=1,
                    amount=amount,
                )
            )
        return rows

    def identity(self, visitor: str, customer: str) -> Rows:
        return [Identity(store_id=self.store_id, visitor_id=visitor, customer_id=customer, first_seen=T0)]


def arrive(session: Session, store_id: StoreId, rows: Rows) -> None:
    """Write rows as they come in, and attribute again what they may concern."""
    session.add_all(rows)
    session.flush()
    orders = {OrderId(row.order_id) for row in rows if isinstance(row, Order | Refund)}
    visitors = [
        VisitorId(row.visitor_id)
        for row in rows
        if isinstance(row, Slate | Event | Identity) and row.visitor_id is not None
    ]
    slates = [SlateId(row.slate_id) for row in rows if isinstance(row, Slate)]
    orders.update(attribution.orders_touched_by(session, store_id, visitors))
    orders.update(attribution.orders_carrying(session, store_id, slates))
    attribution.attribute_orders(session, store_id, orders)


Credit = tuple[str, str, str, str, int, int]


def ledger(session: Session, store_id: StoreId) -> list[Credit]:
    """Order, line, kind, slate, amount, refunded of every row, sorted."""
    found = session.execute(
        select(
            Attribution.order_id,
            Attribution.line_id,
            Attribution.kind,
            Attribution.slate_id,
            Attribution.amount,
            Attribution.refunded_amount,
        )
        .where(Attribution.store_id == store_id)
        .order_by(Attribution.order_id, Attribution.line_id)
    )
    return [(order, line, kind, slate, amount, back) for order, line, kind, slate, amount, back in found]
