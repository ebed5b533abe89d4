"""The tables of queues and agents. Times are ms since 1970 by the store's clock; `""` is nobody."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table

from voicebot.store.tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in an INTEGER PRIMARY KEY."""

queue_entries = Table(
    "queue_entries",
    metadata,
    Column("ordinal", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(80), nullable=False, unique=True),
    Column("queue", String, nullable=False),
    Column("call", String(64), nullable=False),
    Column("number", String, nullable=False),
    Column("node", String(255), nullable=False),
    Column("state", String(32), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("joined_ms", BigInteger, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("age_ms", BigInteger, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("preferred", JSON, nullable=False),
    Column("step", Integer, nullable=False),
    Column("tried", JSON, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("agent", String, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("callback", Boolean, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Index("queue_entries_by_state", "state", "queue"),
    Index("queue_entries_by_number", "number", "state"),
    Index("queue_entries_by_node", "node", "state"),
)
"""Places. `joined_ms` never changes; `ordinal` is the order of joining. `call` and `node` are those
of the caller's leg now, `callback` says that there is none."""

queue_offers = Table(
    "queue_offers",
    metadata,
    Column("agent", String, primary_key=True),
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", String(80), nullable=False),
    Column("queue", String, nullable=False),
    Column("node", String(255), nullable=False),
    Column("offered_ms", BigInteger, nullable=False),
    Column("answered_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("wrapped_ms", BigInteger),
    Column("outcome", String(32), nullable=False),
    Index("queue_offers_by_entry", "entry", "outcome"),
    Index("queue_offers_by_end", "queue", "wrapped_ms"),
)
"""One row an offer; its `outcome` is empty while the phone rings."""

agents = Table(
    "agents",
    metadata,
    Column("name", String, primary_key=True),
    Column("state", String(32), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("lease_ms", BigInteger),
    Column("node", String(255), nullable=False),
    Column("entry", String(80), nullable=False),
    Column("queue", String, nullable=False),
    Column("idle_since_ms", BigInteger, nullable=False),
    Column("offered_ms", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("rests_until_ms", BigInteger, nullable=False),
    Column("wraps_until_ms", BigInteger),
    Column("wrap_cap_ms", BigInteger, nullable=False),
    Column("pause", String(32)),
    Column("paused_until_ms", BigInteger),
    Column("leaves", Boolean, nullable=False),
    Column("rna", Integer, nullable=False),
    Column("unreachable", Integer, nullable=False),
    Index("agents_by_lease", "lease_ms"),
    Index("agents_by_node", "node"),
)
"""Agents. `token` counts offers and never goes back; `lease_ms` is when the node that holds the
offer or the contact counts as lost."""

agent_history = Table(
    "agent_history",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("agent", String, nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("state", String(32), nullable=False),
    Column("pause", String(32)),
    Column("by", String, nullable=False),
    Index("agent_history_by_agent", "agent", "time_ms"),
)
"""When an agent came, went and paused, and who wanted it: append only. The times of offers and
contacts are in `queue_offers`."""

closed_queues = Table(
    "closed_queues",
    metadata,
    Column("queue", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
)
"""Queues that take no further callers, on any node, until somebody opens them."""

nodes = Table(
    "nodes",
    metadata,
    Column("node", String(255), primary_key=True),
    Column("beat_ms", BigInteger, nullable=False),
    Column("draining", Boolean, nullable=False),
)
"""Signs of life."""

resume_records = Table(
    "resume_records",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", String, nullable=False),
    Column("written_ms", BigInteger, nullable=False),
    Column("record", JSON, nullable=False),
    Index("resume_records_by_number", "number", "written_ms"),
)
"""Where a call's dialogue stood after its last turn, for callers who are cut off and ring again."""
