"""Places in queues, offers, agents, nodes, and where calls may be resumed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make six tables."""
    _entries()
    _offers()
    _agents()
    _others()


def _filled(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _entries() -> None:
    op.create_table(
        "queue_entries",
        sa.Column("ordinal", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(80), nullable=False, unique=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("node", sa.String(255), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        *_filled(sa.String, "queue", "number", "agent"),
        *_filled(sa.BigInteger, "changed_ms", "joined_ms", "age_ms", "not_before_ms"),
        *_filled(sa.Integer, "priority", "step", "attempt"),
        *_filled(sa.JSON, "skills", "preferred", "tried"),
        *_filled(sa.Boolean, "callback"),
    )
    op.create_index("queue_entries_by_state", "queue_entries", ["state", "queue"])
    op.create_index("queue_entries_by_number", "queue_entries", ["number", "state"])
    op.create_index("queue_entries_by_node", "queue_entries", ["node", "state"])


def _offers() -> None:
    op.create_table(
        "queue_offers",
        sa.Column("agent", sa.String, primary_key=True),
        sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entry", sa.String(80), nullable=False),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("node", sa.String(255), nullable=False),
        sa.Column("offered_ms", sa.BigInteger, nullable=False),
        sa.Column("answered_ms", sa.BigInteger),
        sa.Column("ended_ms", sa.BigInteger),
        sa.Column("wrapped_ms", sa.BigInteger),
        sa.Column("outcome", sa.String(32), nullable=False),
    )
    op.create_index("queue_offers_by_entry", "queue_offers", ["entry", "outcome"])
    op.create_index("queue_offers_by_end", "queue_offers", ["queue", "wrapped_ms"])


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("node", sa.String(255), nullable=False),
        sa.Column("entry", sa.String(80), nullable=False),
        sa.Column("pause", sa.String(32)),
        sa.Column("lease_ms", sa.BigInteger),
        sa.Column("wraps_until_ms", sa.BigInteger),
        sa.Column("paused_until_ms", sa.BigInteger),
        *_filled(sa.String, "queue"),
        *_filled(sa.BigInteger, "changed_ms", "token", "idle_since_ms", "offered_ms"),
        *_filled(sa.BigInteger, "rests_until_ms", "wrap_cap_ms"),
        *_filled(sa.Integer, "calls", "rna", "unreachable"),
        *_filled(sa.Boolean, "leaves"),
    )
    op.create_index("agents_by_lease", "agents", ["lease_ms"])
    op.create_index("agents_by_node", "agents", ["node"])
    op.create_table(
        "agent_history",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("agent", sa.String, nullable=False),
        sa.Column("time_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("pause", sa.String(32)),
        sa.Column("by", sa.String, nullable=False),
    )
    op.create_index("agent_history_by_agent", "agent_history", ["agent", "time_ms"])


def _others() -> None:
    op.create_table(
        "nodes",
        sa.Column("node", sa.String(255), primary_key=True),
        sa.Column("beat_ms", sa.BigInteger, nullable=False),
        sa.Column("draining", sa.Boolean, nullable=False),
    )
    op.create_table(
        "resume_records",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("written_ms", sa.BigInteger, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
    op.create_index("resume_records_by_number", "resume_records", ["number", "written_ms"])
