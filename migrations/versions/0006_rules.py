"""Rules"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = postgresql.ARRAY(sa.Text())
    op.create_table(
        "rules",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locations", texts, server_default="{}", nullable=False),
        sa.Column("products", texts, server_default="{}", nullable=False),
        sa.Column("categories", texts, server_default="{}", nullable=False),
        sa.Column("brands", texts, server_default="{}", nullable=False),
        sa.Column("price_from", sa.BigInteger(), nullable=True),
        sa.Column("price_to", sa.BigInteger(), nullable=True),
        sa.Column("stock_from", sa.Integer(), nullable=True),
        sa.Column("stock_to", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "rule_id", name=op.f("rules_pkey")),
    )
    protect("rules")


def downgrade() -> None:
    op.drop_table("rules")
