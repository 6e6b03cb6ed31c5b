"""What the merchant chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Row


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
    version: Mapped[datetime]
