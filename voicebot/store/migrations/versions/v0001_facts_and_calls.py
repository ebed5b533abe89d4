"""The journal and the call detail records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables and the indexes of `calls`."""
    _facts()
    _calls()
    op.create_index("calls_by_start", "calls", ["started", "call"])
    op.create_index("calls_by_caller", "calls", ["caller", "started"])
    op.create_index("calls_by_outcome", "calls", ["outcome", "started"])
    op.create_index("calls_by_end", "calls", ["ended"])


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )


def _calls() -> None:
    texts = ("caller", "called", "flow", "flow_version", "language", "queue", "agent", "recording")
    longs = ("wait_ms", "talk_ms", "duration_ms")
    counts = ("code", "no_inputs", "no_matches", "barge_ins")
    lists = ("intents", "path", "tags")
    op.create_table(
        "calls",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("node", sa.String(255), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(32)),
        sa.Column("ended_by", sa.String(32)),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in longs),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        *(sa.Column(name, sa.JSON, nullable=False) for name in lists),
    )
