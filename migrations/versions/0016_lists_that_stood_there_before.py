"""Lists that stood there before ours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("related", "complementary"):
        op.add_column(
            "natives", sa.Column(name, postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
        )


def downgrade() -> None:
    for name in ("related", "complementary"):
        op.drop_column("natives", name)
