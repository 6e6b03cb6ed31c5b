"""What buyers paid, in the currency of their market"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("paid_currency", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("paid_amount", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "paid_amount")
    op.drop_column("orders", "paid_currency")
