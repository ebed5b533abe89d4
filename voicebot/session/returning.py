"""A caller who was cut off rings again: the call goes on where the last one was."""

from __future__ import annotations

from voicebot.core.errors import EngineError
from voicebot.core.record import FactKind
from voicebot.core.resuming import Unfinished
from voicebot.flow.resuming import record_of, resumed
from voicebot.flow.state import FlowState
from voicebot.session.context import Context
from voicebot.session.tasks import Work

PATIENCE_S = 1.0
"""The longest that the answer of a call waits for it."""


class Returning:
    """What is kept for one call's caller, and what this call keeps for them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._number = context.line.leg.info.caller
        self._work: Work[Unfinished] | None = None

    def look_up(self) -> None:
        """Begin to ask, where there may be something."""
        store = self._context.services.resuming
        if store is not None and self._number and store.may_find(self._number):
            self._work = self._context.tasks.start(store.find(self._number), "unfinished call")

    async def in_time(self) -> None:
        """Wait for the answer while it rings, but not for long."""
        if self._work is None:
            return
        await self._work.settled(PATIENCE_S)
        if self._work.done:
            try:
                self._context.unfinished = self._work.result()
            except EngineError:
                return

    def state(self, state: FlowState) -> FlowState:
        """The state to begin with: that of the call that broke off, if there is one."""
        found = self._context.unfinished
        if not found.call:
            return state
        again = resumed(state, found.record)
        if again is None:
            return state
        told = {"node": found.record["node"], "record": dict(found.record)}
        self._context.pen.write(FactKind.CONTINUED, of=found.call, **told)
        store = self._context.services.resuming
        if store is not None:
            store.forget(found.call)
        return again

    def keep(self, state: FlowState) -> None:
        """After a step."""
        store = self._context.services.resuming
        if store is None or not self._number:
            return
        record = record_of(state)
        if record is not None:
            store.keep(self._context.id, self._number, record)

    def close(self) -> None:
        """The call ended, and not with its node."""
        store = self._context.services.resuming
        if store is not None and self._number and not self._context.directory.stopping:
            store.forget(self._context.id)
