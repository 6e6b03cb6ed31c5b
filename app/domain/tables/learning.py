"""Fitted models, kept with the figures by which they were chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.domain.tables.base import Key, Row


class ModelVersion(Row):
    """``snapshot`` is what was or would be published: plain arrays and text, see ``app.bridge.snapshot``."""

    __tablename__ = "model_versions"

    store_id: Mapped[Key]
    version: Mapped[Key]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    status: Mapped[str]  # kept | published | retired | failed
    seed: Mapped[int]
    window_from: Mapped[datetime | None]
    window_to: Mapped[datetime | None]
    metrics: Mapped[dict[str, Any]]
    chosen: Mapped[dict[str, Any]]
    snapshot: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    note: Mapped[str] = mapped_column(server_default="")
