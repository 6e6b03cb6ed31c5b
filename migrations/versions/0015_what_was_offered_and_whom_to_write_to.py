"""What was offered to whom after the payment, and whom to write to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ABOUT_A_STORE = ("language", "email", "home")


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("offers", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    for name in _ABOUT_A_STORE:
        op.add_column("stores", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in _ABOUT_A_STORE:
        op.drop_column("stores", name)
    op.drop_column("orders", "offers")
