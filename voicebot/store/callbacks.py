"""Callbacks that callers asked for. Whoever works them off finds them here."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import Engine, insert, select

from voicebot.core.afterwards import CallbackRequest, CallbackState
from voicebot.core.call import CallId
from voicebot.store import tables
from voicebot.store.database import Conflict, transaction


class CallbackStore:
    """Implements `core.afterwards.Callbacks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def _add(self, request: CallbackRequest) -> None:
        row = {**asdict(request), "state": request.state.value}
        with (
            suppress(Conflict),  # Noted down already.
            transaction(self._engine, "a callback cannot be noted down") as connection,
        ):
            connection.execute(insert(tables.callbacks).values(row))


def _request(row: dict[str, object]) -> CallbackRequest:
    values = {**row, "call": CallId(str(row["call"])), "state": CallbackState(str(row["state"]))}
    return CallbackRequest(**values)  # type: ignore[arg-type]
