"""Customers are called back when it is their turn in the queue.

an agent would be free for the place ─▶ take it ─▶ call ─▶ served ─▶ done
       ▲                                             └─▶ busy, no answer ... ─▶ put off ─┐
       └─────────────────────────────────────────────────────────────────────────────────┘

The customer is rung first; the agent is not reserved meanwhile, but this node leaves one free.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from voicebot.core.afterwards import CallbackPlan, CallbackResult, CallbackState, DueCallback
from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.session.directory import Directory

log = logging.getLogger(__name__)

EVERY_S = 1.0
TOUCH_EVERY = 20
PLACE_EVERY = 30
STEADY = 3
"""Rounds; after the database was away, all nodes first say so long which calls are theirs."""


class CallbackPlaces(Protocol):
    """Where the places are kept. Every method blocks, and raises `EngineError`."""

    def due_callbacks(self) -> tuple[CallId, ...]: ...

    def take_callback(self, entry: CallId) -> DueCallback | None: ...

    def touch_callbacks(self, entries: Collection[CallId]) -> None: ...

    def put_off(self, entry: CallId, by_ms: int, result: str) -> bool: ...

    def end_callback(self, entry: CallId, outcome: str) -> bool: ...

    def closed_callbacks(self) -> tuple[tuple[str, CallbackState], ...]: ...

    def canceled_callbacks(self) -> tuple[CallId, ...]: ...

    def place_callbacks(self) -> int: ...

    def overdue_callbacks(self, after_ms: int) -> tuple[CallId, ...]: ...

    def call_back_interrupted(
        self, after_ms: int, dialable: Callable[[str], bool], *, most_ms: int
    ) -> int: ...


Settle = Callable[[str, CallbackState, str], object]
"""Says what became of a request; blocks."""
Aside = Callable[..., Awaitable[Any]]
Call = Callable[[DueCallback, Callable[[], None]], Awaitable[CallbackResult]]
"""Makes one call, and says when the customer has been served, though the talk goes on."""


class CallingBack:
    """Of one node, while it serves. Used on one event loop."""

    def __init__(
        self,
        directory: Directory,
        places: CallbackPlaces,
        settle: Settle,
        call: Call,
        plan: CallbackPlan,
        *,
        clock: Callable[[], datetime],
        dialable: Callable[[str], bool],
        aside: Aside = asyncio.to_thread,
    ) -> None:
        """`clock` is the hotline's local time; `aside` does what blocks."""
        self._aside = aside
        self._directory, self._places, self._settle = directory, places, settle
        self._call, self._plan, self._clock, self._dialable = call, plan, clock, dialable
        self._attempts: dict[CallId, asyncio.Task[None]] = {}
        self._served: set[CallId] = set()
        """Whose talk goes on."""
        self._noted: set[CallId] = set()
        """Those of them that the database knows of: though the node dies, they are not called."""
        self._round, self._steady = 0, STEADY
        self.stopping = False
        """No further calls are begun."""

    @property
    def calls(self) -> frozenset[asyncio.Task[None]]:
        """Those under way."""
        return frozenset(self._attempts.values())

    async def run(self) -> None:
        """Until it is canceled; calls under way end with it."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(EVERY_S)
                try:
                    await self._look(group)
                except EngineError:
                    self._steady = 0
                    log.warning("callbacks cannot be looked at just now")
                except Exception:
                    # The node's other calls go on.
                    log.exception("the look at callbacks failed")

    async def _look(self, group: asyncio.TaskGroup) -> None:
        """See what is due, and begin to call."""
        self._round += 1
        self._steady += 1
        await self._note_served()
        await self._aside(self._tidy, tuple(self._attempts))
        hour = self._clock().hour
        if self.stopping or not self._plan.from_hour <= hour < self._plan.until_hour:
            return
        if self._steady < STEADY:
            return
        due: tuple[CallId, ...] = await self._aside(self._places.due_callbacks)
        self._directory.see(due)
        for place in self._directory.router.callbacks_due(self._directory.now_ms()):
            free = place not in self._attempts and len(self._attempts) < self._plan.at_once
            if place in due and free:
                self._begin(group, place)

    async def _note_served(self) -> None:
        for place in self._served - self._noted:
            await self._aside(self._close, place, CallbackState.DONE, CallbackResult.SERVED)
            self._noted.add(place)

    def _tidy(self, mine: Collection[CallId]) -> None:
        places = self._places
        if mine and (self._round % TOUCH_EVERY == 0 or self._steady == 1):
            places.touch_callbacks(mine)
        for id, state in places.closed_callbacks():
            self._settle(id, state, "")
        for place in places.canceled_callbacks():
            places.end_callback(place, "settled")
        if self._round % PLACE_EVERY == 1:
            places.place_callbacks()
            for place in places.overdue_callbacks(self._plan.expires_s * 1000):
                self._close(place, CallbackState.EXPIRED, "")
        if after_s := self._plan.cut_off_after_s:
            most_ms = (after_s + self._plan.expires_s) * 1000
            places.call_back_interrupted(after_s * 1000, self._dialable, most_ms=most_ms)

    def _begin(self, group: asyncio.TaskGroup, place: CallId) -> None:
        self._directory.router.calling_back.add(place)
        task = group.create_task(self._attempt(place), name="callback")
        self._attempts[place] = task
        task.add_done_callback(lambda _: self._ended(place))

    def _ended(self, place: CallId) -> None:
        self._attempts.pop(place, None)
        self._served.discard(place)
        self._noted.discard(place)
        self._directory.router.calling_back.discard(place)
        self._directory.see((place,), anew=True)
        self._directory.dispatcher.changed()

    async def _attempt(self, place: CallId) -> None:
        try:
            due: DueCallback | None = await self._aside(self._places.take_callback, place)
            if due is not None:
                await self._aside(self._after, due, await self._result(due))
        except EngineError:
            log.warning("a callback is left to be made again", extra={"call": place})
        except Exception:
            # The place stays, and is due again after a while.
            log.exception("a callback failed", extra={"call": place})

    async def _result(self, due: DueCallback) -> CallbackResult:
        """Calls that ended with their node count: nobody is called more often than is set."""
        if due.attempt > self._plan.attempts or not self._dialable(due.number):
            return CallbackResult.FAILED
        try:
            return await self._call(due, partial(self._served.add, due.id))
        except EngineError:
            raise
        except Exception:
            log.exception("a callback failed", extra={"call": due.id})
            return CallbackResult.FAILED

    def _after(self, due: DueCallback, result: CallbackResult) -> None:
        if due.id in self._noted:
            return
        if result is CallbackResult.SERVED:
            self._close(due.id, CallbackState.DONE, result)
        elif due.attempt >= self._plan.attempts:
            self._close(due.id, CallbackState.FAILED, result)
        else:
            self._places.put_off(due.id, self._plan.retry_s * 1000, result)

    def _close(self, place: CallId, state: CallbackState, result: str) -> None:
        if self._places.end_callback(place, state) or result == CallbackResult.SERVED:
            self._settle(place, state, result)
