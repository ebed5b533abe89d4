"""The tables of customers and escalations."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

from voicebot.store.tables import UtcDateTime, metadata

customers = Table(
    "customers",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("name", String, nullable=False),
    Column("language", String(16), nullable=False),
    Column("vip", Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("agent", String, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
)
"""Profiles that are kept here, and not looked up elsewhere."""

customer_numbers = Table(
    "customer_numbers",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("customer", String(128), nullable=False),
    Index("customer_numbers_by_customer", "customer"),
)
"""Whose telephone number it is, in E.164."""

customer_tags = Table(
    "customer_tags",
    metadata,
    Column("customer", String(128), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("by", String(32), nullable=False),
    Column("who", String, nullable=False),
    Column("call", String(64), nullable=False),
    Column("time", UtcDateTime, nullable=False),
)
"""Tags, wherever the profile comes from: of a customer's id, or of the number of one who is not
known."""

customer_calls = Table(
    "customer_calls",
    metadata,
    Column("customer", String(128), primary_key=True),
    Column("call", String(64), primary_key=True),
    Index("customer_calls_by_call", "call"),
)
"""In which calls a customer was recognized: a fold over the journal, as `calls` is."""

escalations = Table(
    "escalations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("call", String(64), nullable=False),
    Column("customer", String(128), nullable=False),
    Column("note", Text, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("state", String(32), nullable=False),
    Column("lapses", Integer, nullable=False),
    Column("opened", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("acknowledged_by", String, nullable=False),
    Column("closed_by", String, nullable=False),
    Column("closed", UtcDateTime),
    Column("resolution", Text, nullable=False),
    Index("escalations_by_due", "state", "due"),
)
"""What somebody is to look at, by when."""
