"""A job stays in the outbox until it is done"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.add_column(
        "outbox", sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=now)
    )
    op.add_column("outbox", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    _one_a_key("key is not null and sent_at is null")


def downgrade() -> None:
    op.execute("delete from outbox where key is not null and sent_at is not null")
    _one_a_key("key is not null")
    op.drop_column("outbox", "failures")
    op.drop_column("outbox", "sent_at")
    op.drop_column("outbox", "due_at")


def _one_a_key(where: str) -> None:
    op.drop_index("outbox_key_key", table_name="outbox")
    op.create_index("outbox_key_key", "outbox", ["job", "key"], unique=True, postgresql_where=sa.text(where))
