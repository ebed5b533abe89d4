"""Events go into the outbox in the transaction of what they tell of: neither without the other.

a fact, an escalation … ─┬─ its own row ─┐
                         └─ a notice for each endpoint that wants it ─┴─ one commit
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from voicebot.core.afterwards import Webhook
from voicebot.core.events import Endpoint, Event
from voicebot.core.secret_marks import with_marks
from voicebot.store import tables
from voicebot.store.database import transaction

WAITING = "waiting"


def add_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose keys are not there yet; how many those were."""
    key, added = next(iter(table.primary_key)), 0
    for row in rows:
        if connection.dialect.name == "sqlite":
            statement: Any = sqlite.insert(table).values(row).on_conflict_do_nothing()
        else:
            statement = postgresql.insert(table).values(row).on_conflict_do_nothing()
        added += len(connection.execute(statement.returning(key)).all())
    return added


def publish(
    connection: Connection, events: Iterable[Event], endpoints: Sequence[Endpoint], node: str
) -> None:
    """Put events into the outbox, within the caller's transaction; one that is there already is
    not told again. `node` delivers them."""
    rows = [
        _row(event, endpoint, node)
        for event in events
        for endpoint in endpoints
        if endpoint.wants(event.kind)
    ]
    add_new(connection, tables.outbox, rows)


def _row(event: Event, endpoint: Endpoint, node: str) -> dict[str, Any]:
    headers = {name: with_marks(text) for name, text in endpoint.headers.items()}
    webhook = Webhook(endpoint.url, event.body(), headers, endpoint.secret)
    return {
        "id": endpoint.notice_id(event),
        "call": event.call or str(event.data.get("customer") or "")[:64],
        "node": node,
        "channel": "webhook",
        "message": asdict(webhook),
        "state": WAITING,
        "created": event.time,
        "due": event.time,
        "attempts": 0,
        "error": "",
    }


class EventStore:
    """Events of a node that are no facts of a call. Blocks. Raises `DatabaseAway`."""

    def __init__(self, engine: Engine, endpoints: Sequence[Endpoint], node: str) -> None:
        self._engine, self.endpoints, self.node = engine, tuple(endpoints), node

    def put(self, *events: Event) -> None:
        """Durable when it returns."""
        with transaction(self._engine, "an event") as connection:
            self.publish(connection, events)

    def publish(self, connection: Connection, events: Iterable[Event]) -> None:
        """The same within a transaction of the caller's."""
        publish(connection, events, self.endpoints, self.node)
