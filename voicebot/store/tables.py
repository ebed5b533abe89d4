"""The tables. A change here needs a migration in `migrations/versions`; a test compares both."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, always UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


facts = Table(
    "facts",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("data", JSON, nullable=False),
)
"""The journal: append only."""

calls = Table(
    "calls",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("node", String(255), nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("caller", String, nullable=False),
    Column("called", String, nullable=False),
    Column("flow", String, nullable=False),
    Column("flow_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("answered", UtcDateTime),
    Column("ended", UtcDateTime),
    Column("outcome", String(32)),
    Column("ended_by", String(32)),
    Column("code", Integer, nullable=False),
    Column("queue", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("wait_ms", BigInteger, nullable=False),
    Column("talk_ms", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("intents", JSON, nullable=False),
    Column("path", JSON, nullable=False),
    Column("no_inputs", Integer, nullable=False),
    Column("no_matches", Integer, nullable=False),
    Column("barge_ins", Integer, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("recording", String, nullable=False),
    Column("survey", JSON, nullable=False, server_default="{}"),
    Column("reason", String, nullable=False, server_default=""),
    Column("agents", JSON, nullable=False, server_default="[]"),
    Index("calls_by_start", "started", "call"),
    Index("calls_by_caller", "caller", "started"),
    Index("calls_by_outcome", "outcome", "started"),
    Index("calls_by_end", "ended"),
    Index("calls_by_flow", "flow", "started"),
)
"""The call detail records: a cache of the fold over `facts`, written in the same commit."""

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("call", String(64), nullable=False),
    Column("queue", String, nullable=False),
    Column("number", String, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime),
    Column("state", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("result", String(32), nullable=False),
    Column("cut_off", Boolean, nullable=False),
    Index("callbacks_by_state", "state", "queue", "requested_at"),
)
"""Calls that callers wait for."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("call", String(64), nullable=False),
    Column("node", String(255), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("message", JSON, nullable=False),
    Column("state", String(32), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", String, nullable=False),
    Index("outbox_by_due", "node", "state", "due"),
)
"""Notices: `waiting` until they are `sent` (their text is emptied then) or `dead`. Each is
delivered by the node that took the call."""

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("flow", String(64), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("file", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("first_published", UtcDateTime, nullable=False),
)
"""Published flows as they were written; a row is never changed."""

flow_log = Table(
    "flow_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("flow", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("percent", Float, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("time", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("why", String, nullable=False),
    Index("flow_log_by_flow", "flow", "id"),
)
"""Who published what, when and why: append only; what serves is a fold over it."""

labels = Table(
    "labels",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("what", String(80), primary_key=True),
    Column("value", String, nullable=False),
    Column("by", String, nullable=False),
    Column("time", UtcDateTime, nullable=False),
)
"""What people say that a caller really said or meant: of the `heard` fact `seq`, its `text`,
`intent`, or `slot:NAME`."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("time", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("counts", JSON, nullable=False),
)
"""That calls were erased, when and by whom, and how many rows and files went: nothing of whom."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("time", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("door", String(32), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", String, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
    Index("audit_by_target", "target", "id"),
)
"""Who did what, when and by which way: append only, each row hashed with the one before."""

dispositions = Table(
    "dispositions",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("agent", String(255), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("note", String, nullable=False),
    Column("by", String, nullable=False),
    Column("time", UtcDateTime, nullable=False),
)
"""What agents say became of their contacts."""
