"""Free shipping from an amount on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("placements", sa.Column("free_shipping", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("placements", "free_shipping")
