"""Collections, further pictures, markets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    op.add_column("products", sa.Column("images", _TEXTS, server_default="{}", nullable=False))
    op.add_column("products", sa.Column("collections", _TEXTS, nullable=True))
    op.add_column("stores", sa.Column("currencies", _TEXTS, server_default="{}", nullable=False))
    op.create_table(
        "markets",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("has_local_currencies", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "market_id", name=op.f("markets_pkey")),
    )
    protect("markets")


def downgrade() -> None:
    op.drop_table("markets")
    op.drop_column("stores", "currencies")
    op.drop_column("products", "collections")
    op.drop_column("products", "images")
