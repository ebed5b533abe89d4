"""Labels of calls, what was erased, and an index for the calls of a flow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make two tables and an index."""
    op.create_table(
        "labels",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(80), primary_key=True),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_index("calls_by_flow", "calls", ["flow", "started"])
