"""What came of a callback's last attempt, and whether it was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; earlier callbacks were all asked for, and what came of them is not known."""
    result = sa.Column("result", sa.String(32), nullable=False, server_default="")
    cut_off = sa.Column("cut_off", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("callbacks", result)
    op.add_column("callbacks", cut_off)
