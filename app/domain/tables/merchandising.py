"""What the merchant chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Row


class Placement(Row):
    """A configured spot of the storefront, addressed by its key."""

    __tablename__ = "placements"

    store_id: Mapped[Key]
    key: Mapped[Key]
    location: Mapped[str]  # product | cart | home | category | search | thank-you
    display: Mapped[str]  # grid | carousel
    title: Mapped[str]
    slots: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default="true")
    version: Mapped[datetime]
