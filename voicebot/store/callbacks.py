"""Callbacks that callers asked for. Whoever works them off finds them here."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select, update

from voicebot.core.afterwards import CallbackRequest, CallbackState
from voicebot.core.call import CallId
from voicebot.core.events import Event, EventKind
from voicebot.store import tables
from voicebot.store.database import Conflict, transaction
from voicebot.store.events import EventStore


class CallbackStore:
    """Implements `core.afterwards.Callbacks`."""

    def __init__(self, engine: Engine, events: EventStore | None = None) -> None:
        """`events`: who is told that one was settled."""
        self._engine, self._events = engine, events

    async def add(self, request: CallbackRequest) -> None:
        """Returns when it is committed. Raises `DatabaseAway`."""
        await asyncio.to_thread(self._add, request)

    def list(self, state: CallbackState | None = None) -> tuple[CallbackRequest, ...]:
        """Oldest first. Blocks. Raises `DatabaseAway`."""
        table = tables.callbacks
        query = select(table).order_by(table.c.requested_at, table.c.id)
        if state is not None:
            query = query.where(table.c.state == state.value)
        with transaction(self._engine, "callbacks cannot be read") as connection:
            return tuple(_request(dict(row)) for row in connection.execute(query).mappings())

    def settle(self, id: str, state: CallbackState, result: str = "") -> bool:
        """It came to something, or will not; False where none of that id waits. `result` is that
        of the last attempt. Blocks. Raises `DatabaseAway`."""
        table, now = tables.callbacks.c, datetime.now(UTC)
        waiting = (table.id == id, table.state == CallbackState.WAITING.value)
        with transaction(self._engine, "the callback was not settled") as connection:
            row = connection.execute(select(tables.callbacks).where(*waiting)).mappings().first()
            values = {"state": state.value} | ({"result": result} if result else {})
            change = update(tables.callbacks).where(*waiting).values(values)
            if row is None or not connection.execute(change).rowcount:
                return False
            if self._events is not None:
                data = {"callback": id, "queue": row["queue"], "outcome": state.value}
                data |= {"result": result} if result else {}
                kind, call = EventKind.CALLBACK_SETTLED, CallId(row["call"])
                event = Event(f"{id}/settled", kind, now, call, data)
                self._events.publish(connection, [event])
        return True

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def _add(self, request: CallbackRequest) -> None:
        with (
            suppress(Conflict),  # Noted down already.
            transaction(self._engine, "a callback cannot be noted down") as connection,
        ):
            connection.execute(insert(tables.callbacks).values(request_row(request)))


def request_row(request: CallbackRequest) -> dict[str, object]:
    """As the table has it."""
    return {**asdict(request), "state": request.state.value}


def _request(row: dict[str, object]) -> CallbackRequest:
    values = {**row, "call": CallId(str(row["call"])), "state": CallbackState(str(row["state"]))}
    return CallbackRequest(**values)  # type: ignore[arg-type]
