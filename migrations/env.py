"""Alembic's entry: the owner's connection comes from the caller."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.domain.tables import (  # noqa: F401 - imported so that their tables are known
    accounts,
    catalog,
    commerce,
    decisions,
    intake,
    learning,
    merchandising,
)
from app.domain.tables.base import Row

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("run migrations with `alongside migrate`, which brings the connection")

context.configure(connection=connection, target_metadata=Row.metadata, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
