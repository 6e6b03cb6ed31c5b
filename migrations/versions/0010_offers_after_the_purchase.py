"""Offers after the purchase"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("after_purchase", sa.Integer(), nullable=True))
    op.create_index(
        op.f("slates_store_id_customer_id_idx"),
        "slates",
        ["store_id", "customer_id"],
        postgresql_where=sa.text("placement = 'post-purchase'"),
    )


def downgrade() -> None:
    op.drop_index(op.f("slates_store_id_customer_id_idx"), table_name="slates")
    op.drop_column("stores", "after_purchase")
