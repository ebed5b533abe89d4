"""Customers with their numbers, tags and calls; escalations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make five tables."""
    op.create_table(
        "customers",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("vip", sa.Boolean, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("agent", sa.String, nullable=False),
        sa.Column("updated", _TIME, nullable=False),
    )
    op.create_table(
        "customer_numbers",
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("customer", sa.String(128), nullable=False),
    )
    op.create_index("customer_numbers_by_customer", "customer_numbers", ["customer"])
    op.create_table(
        "customer_tags",
        sa.Column("customer", sa.String(128), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("time", _TIME, nullable=False),
    )
    op.create_table(
        "customer_calls",
        sa.Column("customer", sa.String(128), primary_key=True),
        sa.Column("call", sa.String(64), primary_key=True),
    )
    op.create_index("customer_calls_by_call", "customer_calls", ["call"])
    _escalations()


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("customer", sa.String(128), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("opened_by", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("lapses", sa.Integer, nullable=False),
        sa.Column("opened", _TIME, nullable=False),
        sa.Column("due", _TIME, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("acknowledged_by", sa.String, nullable=False),
        sa.Column("closed_by", sa.String, nullable=False),
        sa.Column("closed", _TIME),
        sa.Column("resolution", sa.Text, nullable=False),
    )
    op.create_index("escalations_by_due", "escalations", ["state", "due"])
