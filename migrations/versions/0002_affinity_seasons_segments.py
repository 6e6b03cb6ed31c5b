"""Affinity rules, seasons and customer segments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANTS = ("affinity_rules", "customer_segments", "seasons")


def upgrade() -> None:
    op.create_table(
        "affinity_rules",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("antecedents", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("consequent", sa.Text(), nullable=False),
        sa.Column("both", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("support", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("lift", sa.Double(), nullable=False),
        sa.Column("leverage", sa.Double(), nullable=False),
        sa.Column("conviction", sa.Double(), nullable=True),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("gap_days", sa.Double(), nullable=True),
        sa.Column("peak_month", sa.Integer(), nullable=True),
        sa.Column("peak_factor", sa.Double(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "rule_id", name=op.f("affinity_rules_pkey")),
    )
    op.create_index(
        "affinity_rules_store_id_level_antecedents_idx",
        "affinity_rules",
        ["store_id", "level", "antecedents"],
        unique=False,
    )
    op.create_table(
        "customer_segments",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("recency", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("money", sa.Integer(), nullable=False),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("spent_amount", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "customer_id", name=op.f("customer_segments_pkey")),
    )
    op.create_table(
        "seasons",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.Column("months", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weeks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "category", name=op.f("seasons_pkey")),
    )
    for table in TENANTS:
        protect(table)


def downgrade() -> None:
    op.drop_table("seasons")
    op.drop_table("customer_segments")
    op.drop_index("affinity_rules_store_id_level_antecedents_idx", table_name="affinity_rules")
    op.drop_table("affinity_rules")
