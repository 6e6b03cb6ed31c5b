"""Shops at their platforms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANTS = ("disclosures", "grants", "levels", "natives", "pulls", "usage_marks")


def upgrade() -> None:
    op.add_column("stores", sa.Column("plan", sa.Text(), server_default="", nullable=False))
    op.add_column("stores", sa.Column("native_lists", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("deliveries", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("variants", sa.Column("cost_amount", sa.BigInteger(), nullable=True))
    op.add_column("variants", sa.Column("item_id", sa.Text(), nullable=True))
    op.create_index(
        op.f("variants_store_id_item_id_idx"),
        "variants",
        ["store_id", "item_id"],
        postgresql_where=sa.text("item_id is not null"),
    )
    op.create_table(
        "grants",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("refresh_sealed", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("scopes_version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", name=op.f("grants_pkey")),
    )
    op.create_table(
        "pulls",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("fetched", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "kind", name=op.f("pulls_pkey")),
    )
    op.create_table(
        "levels",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "item_id", "place_id", name=op.f("levels_pkey")),
    )
    op.create_table(
        "natives",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("natives_pkey")),
    )
    op.create_table(
        "disclosures",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("disclosure_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "disclosure_id", name=op.f("disclosures_pkey")),
    )
    op.create_table(
        "usage_marks",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "month", "percent", name=op.f("usage_marks_pkey")),
    )
    for table in TENANTS:
        protect(table)


def downgrade() -> None:
    for table in TENANTS:
        op.drop_table(table)
    op.drop_index(op.f("variants_store_id_item_id_idx"), table_name="variants")
    op.drop_column("variants", "item_id")
    op.drop_column("variants", "cost_amount")
    op.drop_column("deliveries", "told_at")
    op.drop_column("stores", "native_lists")
    op.drop_column("stores", "plan")
