"""One store cannot reach another's rows: tried on every table, reading and writing, as the app's own role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import ProgrammingError

from app.domain.tables import (  # noqa: F401 - imported so that their tables are known
    accounts,
    catalog,
    commerce,
    decisions,
    intake,
    learning,
    merchandising,
    shops,
)
from app.domain.tables.base import TENANTLESS, Row
from app.kernel.db import Database
from app.kernel.ids import StoreId, new_id

PRIVATE = sorted(set(Row.metadata.tables) - set(TENANTLESS))


def a_row(table: Table, store_id: str) -> dict[str, Any]:
    """Some value for every column, and the store's id."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, ARRAY | JSONB):
            row[column.name] = [] if isinstance(column.type, ARRAY) else {}
        else:
            kind = column.type.python_type
            row[column.name] = datetime(2026, 1, 1, tzinfo=UTC) if kind is datetime else kind()
    return {**row, "store_id": store_id}


@pytest.fixture
def mine() -> StoreId:
    return StoreId(new_id())


@pytest.fixture(params=PRIVATE)
def table(request: pytest.FixtureRequest) -> Table:
    return Row.metadata.tables[request.param]


@pytest.fixture
def theirs(owner: Database, table: Table) -> Iterator[StoreId]:
    """A store that has one row in the table."""
    store_id = StoreId(new_id())
    with owner.unit() as unit:
        unit.session.execute(insert(table).values(a_row(table, store_id)))
    yield store_id
    with owner.unit() as unit:
        unit.session.execute(delete(table).where(table.c.store_id == store_id))


def count(database: Database, table: Table, store_id: StoreId, *, as_store: StoreId | None) -> int:
    with database.unit(as_store) as unit:
        found = select(func.count()).select_from(table).where(table.c.store_id == store_id)
        return unit.session.execute(found).scalar_one()


def test_a_store_reads_its_own_rows(database: Database, table: Table, theirs: StoreId) -> None:
    assert count(database, table, theirs, as_store=theirs) == 1


def test_another_store_reads_nothing(
    database: Database, table: Table, theirs: StoreId, mine: StoreId
) -> None:
    assert count(database, table, theirs, as_store=mine) == 0


def test_nobody_reads_nothing(database: Database, table: Table, theirs: StoreId) -> None:
    assert count(database, table, theirs, as_store=None) == 0


def test_another_store_changes_and_deletes_nothing(
    database: Database, table: Table, theirs: StoreId, mine: StoreId
) -> None:
    with database.unit(mine) as unit:
        theirs_only = table.c.store_id == theirs
        assert unit.session.execute(update(table).where(theirs_only).values(store_id=mine)).rowcount == 0  # type: ignore[attr-defined]
        assert unit.session.execute(delete(table).where(theirs_only)).rowcount == 0  # type: ignore[attr-defined]
    assert count(database, table, theirs, as_store=theirs) == 1


def test_a_store_writes_no_row_for_another(
    database: Database, table: Table, theirs: StoreId, mine: StoreId
) -> None:
    row = a_row(table, theirs)
    with pytest.raises(ProgrammingError, match="row-level security"), database.unit(mine) as unit:
        unit.session.execute(insert(table).values(row))


def test_a_store_gives_no_row_away(database: Database, table: Table, theirs: StoreId, mine: StoreId) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), database.unit(theirs) as unit:
        unit.session.execute(update(table).values(store_id=mine))


def test_every_table_is_closed_but_those_with_a_reason(owner: Database) -> None:
    with owner.unit() as unit:
        tables = unit.session.execute(
            text(
                "select relname, relrowsecurity and relforcerowsecurity as closed from pg_class"
                " where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
            )
        ).all()
    assert {name for name, closed in tables if not closed} == set(TENANTLESS)
    assert {name for name, closed in tables if closed} == set(PRIVATE)


def test_the_app_is_neither_superuser_nor_owner_nor_exempt(database: Database) -> None:
    with database.unit() as unit:
        role = unit.session.execute(
            text(
                "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
                " where rolname = current_user"
            )
        ).one()
        owned = unit.session.execute(
            text("select count(*) from pg_tables where tableowner = current_user")
        ).scalar_one()
    assert not any(role)
    assert owned == 0
