"""Who bought what, and what came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Minor, MinorOrNull, Row, TextOrNull, Texts


class Customer(Row):
    """A known buyer."""

    __tablename__ = "customers"

    store_id: Mapped[Key]
    customer_id: Mapped[Key]
    email: Mapped[TextOrNull]
    name: Mapped[TextOrNull]
    version: Mapped[datetime]
    deleted: Mapped[bool] = mapped_column(server_default="false")


class Identity(Row):
    """This visitor turned out to be that customer."""

    __tablename__ = "identities"

    store_id: Mapped[Key]
    visitor_id: Mapped[Key]
    customer_id: Mapped[str]
    first_seen: Mapped[datetime]


class Order(Row):
    """``visitor_id`` is there in both arms of every experiment; where it is missing, the customer joins.

    ``paid_amount`` is what the buyer saw, in the currency of his market. ``offers`` are slates of what may
    have been offered to him right after he paid: no line names them.

    A ``forgotten`` order is kept for the ledger alone: who placed it was erased, and no model learns from it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "store_id", "created_at"),
        Index(None, "store_id", "visitor_id"),
        Index(None, "store_id", "customer_id"),
    )

    store_id: Mapped[Key]
    order_id: Mapped[Key]
    customer_id: Mapped[TextOrNull]
    visitor_id: Mapped[TextOrNull]
    created_at: Mapped[datetime]
    status: Mapped[str]  # paid | pending | cancelled
    currency: Mapped[str]
    total_amount: Mapped[Minor]
    version: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    forgotten: Mapped[bool] = mapped_column(server_default="false")
    paid_currency: Mapped[TextOrNull]
    paid_amount: Mapped[MinorOrNull]
    offers: Mapped[Texts]


class OrderLine(Row):
    """``total_amount`` is what was paid for the line: ``unit_amount`` times quantity less its discounts."""

    __tablename__ = "order_lines"
    __table_args__ = (Index(None, "store_id", "slate_id", postgresql_where=text("slate_id is not null")),)

    store_id: Mapped[Key]
    order_id: Mapped[Key]
    line_id: Mapped[Key]
    product_id: Mapped[str]
    variant_id: Mapped[TextOrNull]
    quantity: Mapped[int]
    unit_amount: Mapped[Minor]
    total_amount: Mapped[Minor]
    slate_id: Mapped[TextOrNull]


class Refund(Row):
    """May arrive before its order does."""

    __tablename__ = "refunds"
    __table_args__ = (Index(None, "store_id", "order_id"),)

    store_id: Mapped[Key]
    refund_id: Mapped[Key]
    order_id: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[datetime]


class RefundLine(Row):
    __tablename__ = "refund_lines"
    __table_args__ = (Index(None, "store_id", "order_id"),)

    store_id: Mapped[Key]
    refund_id: Mapped[Key]
    line_id: Mapped[Key]
    order_id: Mapped[str]
    quantity: Mapped[int] = mapped_column(server_default="0")
    amount: Mapped[Minor]
