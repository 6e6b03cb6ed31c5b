"""What the merchant chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, MinorOrNull, Row, Texts


class Placement(Row):
    """A configured spot of the storefront, addressed by its key."""

    __tablename__ = "placements"

    store_id: Mapped[Key]
    key: Mapped[Key]
    location: Mapped[str]  # product | cart | home | category | search | thank-you
    display: Mapped[str]  # see merchandising.placements.DISPLAYS
    title: Mapped[str]
    slots: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default="true")
    look: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # see merchandising.look.Look
    free_shipping: Mapped[MinorOrNull]  # the basket's value from which shipping is free
    version: Mapped[datetime]


class Rule(Row):
    """What is to become of the items that meet all conditions; prices in minor units, bounds inclusive."""

    __tablename__ = "rules"

    store_id: Mapped[Key]
    rule_id: Mapped[Key]
    name: Mapped[str]
    kind: Mapped[str]  # exclude | pin | boost
    active: Mapped[bool]
    locations: Mapped[Texts]
    products: Mapped[Texts]
    categories: Mapped[Texts]
    brands: Mapped[Texts]
    price_from: Mapped[MinorOrNull]
    price_to: Mapped[MinorOrNull]
    stock_from: Mapped[int | None]
    stock_to: Mapped[int | None]
    priority: Mapped[int]
    strength: Mapped[float]
    position: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    version: Mapped[datetime]
