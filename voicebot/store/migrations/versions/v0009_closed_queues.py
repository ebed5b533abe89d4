"""Queues that a supervisor closed stay closed over restarts, on all nodes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make one table."""
    op.create_table(
        "closed_queues",
        sa.Column("queue", sa.String, primary_key=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
    )
