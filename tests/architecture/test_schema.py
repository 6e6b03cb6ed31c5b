"""The migrations make exactly the tables that the code knows."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.domain.tables.base import Row
from app.kernel.db import Database
from tests.architecture import test_tenancy  # noqa: F401 - knows every table


def test_migrations_and_tables_agree(owner: Database) -> None:
    with owner.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
