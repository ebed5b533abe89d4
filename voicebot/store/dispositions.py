"""What agents say became of their contacts."""

from __future__ import annotations

from sqlalchemy import Engine, delete, insert, select

from voicebot.core.call import CallId
from voicebot.core.events import Event, EventKind
from voicebot.core.staffing import Disposition
from voicebot.store import tables
from voicebot.store.database import transaction
from voicebot.store.events import EventStore


class DispositionStore:
    """The dispositions of a database. Every method blocks, and raises `DatabaseAway`."""

    def __init__(self, engine: Engine, events: EventStore) -> None:
        self._engine, self._events = engine, events

    def put(self, disposition: Disposition) -> None:
        """Keep it, in place of an earlier one of the same agent for the same call, and tell whoever
        wants to know."""
        table = tables.dispositions
        place = (table.c.call == disposition.call, table.c.agent == disposition.agent)
        values = {name: getattr(disposition, name) for name in Disposition.__slots__}
        with transaction(self._engine, "the disposition was not kept") as connection:
            connection.execute(delete(table).where(*place))
            connection.execute(insert(table).values(values))
            self._events.publish(connection, [_event(disposition)])

    def of(self, call: str) -> tuple[Disposition, ...]:
        """Those of a call, oldest first."""
        table = tables.dispositions
        query = select(table).where(table.c.call == call).order_by(table.c.time, table.c.agent)
        with transaction(self._engine, "dispositions cannot be read") as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Disposition(**{**row, "call": CallId(row["call"])}) for row in rows)


def _event(one: Disposition) -> Event:
    # An agent may think again: each time it is another event.
    name = f"{one.call}/disposition/{one.agent}/{one.time.timestamp():.6f}"
    data = {"agent": one.agent, "code": one.code, "note": one.note, "by": one.by}
    return Event(name, EventKind.DISPOSITION, one.time, one.call, data)
