"""Row-level security: a row is seen and written only by a transaction that names its store."""

from __future__ import annotations

from alembic import op

# An unset setting is null and a reset one is an empty string: neither may match a row.
_MINE = "store_id = nullif(current_setting('app.store_id', true), '')"


def protect(table: str) -> None:
    """Close ``table`` to everybody who does not name the store, its owner included (FORCE)."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenancy on {table} using ({_MINE}) with check ({_MINE})")
