"""The decision log: what was shown to whom with which probability, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import REAL, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Minor, Row, TextOrNull, Texts


class Slate(Row):
    """``propensities[k]`` is the probability of item k given those before it; their product is the slate's.

    A ``ghost`` slate was computed for a shopper of the holdout and not shown.
    """

    __tablename__ = "slates"
    __table_args__ = (
        Index(None, "store_id", "visitor_id", "at"),
        Index(None, "store_id", "at"),
        Index(None, "store_id", "customer_id", postgresql_where=text("placement = 'post-purchase'")),
    )

    store_id: Mapped[Key]
    slate_id: Mapped[Key]
    at: Mapped[datetime]
    placement: Mapped[str]
    visitor_id: Mapped[TextOrNull]
    customer_id: Mapped[TextOrNull]
    product_id: Mapped[TextOrNull]
    basket: Mapped[Texts]
    items: Mapped[Texts]
    propensities: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    model_version: Mapped[str]
    arm: Mapped[str]  # treatment | holdout | none
    ghost: Mapped[bool]
    explored: Mapped[bool]
    tier: Mapped[str]


class Event(Row):
    """An impression, click or add. ``event_id`` is the browser's, so that a repeated beacon counts once."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "store_id", "visitor_id", "at"), Index(None, "store_id", "at"))

    store_id: Mapped[Key]
    event_id: Mapped[Key]
    kind: Mapped[str]  # impression | click | add
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    visitor_id: Mapped[TextOrNull]
    slate_id: Mapped[str]
    product_id: Mapped[str]
    position: Mapped[int]


class Attribution(Row):
    """The ledger: why a line of an order is credited to a slate, and what came back of it since."""

    __tablename__ = "attributions"
    __table_args__ = (Index(None, "store_id", "at"),)

    store_id: Mapped[Key]
    order_id: Mapped[Key]
    line_id: Mapped[Key]
    slate_id: Mapped[str]
    kind: Mapped[str]  # direct | assisted
    at: Mapped[datetime]
    touched_at: Mapped[datetime]
    currency: Mapped[str]
    amount: Mapped[Minor]
    refunded_amount: Mapped[Minor]
