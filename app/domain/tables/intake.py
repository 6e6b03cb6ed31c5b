"""What reached us and waits to be worked on, and what waits to be sent to the workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Row, TextOrNull


class Delivery(Row):
    """A webhook as it came: its body is kept until it is worked on; its id keeps doubles out.

    ``told_at`` is when the platform first sent it, where it says so.
    """

    __tablename__ = "deliveries"

    store_id: Mapped[Key]
    delivery_id: Mapped[Key]
    topic: Mapped[str]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    error: Mapped[TextOrNull]


class Import(Row):
    """An uploaded file and how far it got; ``rejected`` holds line, id and reason of each bad row."""

    __tablename__ = "imports"

    store_id: Mapped[Key]
    import_id: Mapped[Key]
    kind: Mapped[str]
    filename: Mapped[str]
    content: Mapped[bytes | None]
    status: Mapped[str]  # waiting | running | done | failed
    accepted: Mapped[int] = mapped_column(server_default="0")
    stale: Mapped[int] = mapped_column(server_default="0")
    rejected: Mapped[list[Any]]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Outbox(Row):
    """A job named in a transaction, here until it is done. ``due_at`` = when it is (re-)enqueued."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "outbox_key_key",
            "job",
            "key",
            unique=True,
            postgresql_where=text("key is not null and sent_at is null"),
        ),
    )

    outbox_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    store_id: Mapped[TextOrNull]
    job: Mapped[str]
    args: Mapped[list[Any]]
    queue: Mapped[str]
    key: Mapped[TextOrNull]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sent_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
