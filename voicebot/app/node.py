"""One node while it serves: calls are taken until it is told to stop, then it drains."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from voicebot.app.duty import Duty
from voicebot.config import Settings
from voicebot.core.call import CallId
from voicebot.core.ports import Leg
from voicebot.flow.flow import Flow
from voicebot.publishing.desk import FlowDesk
from voicebot.publishing.models import ModelDesk
from voicebot.session.call_session import CallSession
from voicebot.session.calling_back import CallingBack
from voicebot.session.colleagues import ColleagueDoor
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.session.phone_watch import PhoneWatch
from voicebot.session.star_call import StarDoor
from voicebot.sip.endpoint import SipEndpoint

log = logging.getLogger(__name__)


class Node:
    """One node while it serves."""

    def __init__(
        self,
        settings: Settings,
        duty: Duty,
        line: SipEndpoint,
        services: Services,
        directory: Directory,
        desk: FlowDesk,
        models: ModelDesk,
        stars: StarDoor,
        colleagues: ColleagueDoor,
        calling_back: CallingBack | None,
    ) -> None:
        self._settings = settings
        self._duty = duty
        self._models = models
        self._stars = stars
        self._colleagues = colleagues
        self._calling_back = calling_back
        self._desk = desk
        self._line = line
        self._services = services
        self._directory = directory
        self._sessions: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve calls until told to stop, then drain."""
        async with asyncio.TaskGroup() as calls:
            accepting = calls.create_task(self._accept(calls), name="accept")
            preparing = calls.create_task(self._prepare(), name="prepare")
            watching = calls.create_task(self._desk.watch(), name="flows")
            learning = calls.create_task(self._models.watch(), name="intents")
            phones = PhoneWatch(self._directory, self._line.is_there)
            reaching = calls.create_task(phones.run(), name="agents' phones")
            calling_back = None
            if self._calling_back is not None:
                calling_back = calls.create_task(self._calling_back.run(), name="callbacks")
            await self._duty.stop.wait()
            if self._calling_back is not None:
                self._calling_back.stopping = True
            watching.cancel()
            learning.cancel()
            reaching.cancel()
            preparing.cancel()
            await self._drain()
            accepting.cancel()
            self._directory.stopping = True
            if calling_back is not None:
                calling_back.cancel()
            for task in self._sessions:
                task.cancel()

    async def _prepare(self) -> None:
        """Make ready what calls will need while the first are up: what they want goes first."""
        try:
            await self._desk.prepare()
        except Exception:
            log.exception("calls may wait for what is not prepared")
        # It stays as long as the node does, too.
        gc.freeze()

    async def _accept(self, calls: asyncio.TaskGroup) -> None:
        async for leg in self._line.incoming():
            task = calls.create_task(self._serve_one(leg), name="call")
            self._sessions.add(task)
            task.add_done_callback(self._sessions.discard)

    async def _serve_one(self, leg: Leg) -> None:
        """The whole call of a leg that rings."""
        try:
            await self._serve(leg)
        except Exception:
            # The call is over; what is left to do is to keep the others.
            log.exception("a call ended by a fault")
            with suppress(Exception):
                await leg.hang_up(500)

    async def _serve(self, leg: Leg) -> None:
        """By whichever door it comes."""
        is_flow = leg.info.called in self._settings.hotline.calls.flows
        dialed = None if is_flow else self._stars.dialed(leg)
        consultation = None if is_flow or dialed else self._colleagues.called(leg)
        if dialed is not None:
            await self._stars.serve(leg, dialed)
        elif consultation is not None:
            await self._colleagues.serve(leg, consultation)
        else:
            await self._session(leg).run()

    def _session(self, leg: Leg) -> CallSession:
        serving = self._models.serving
        services = replace(self._services, understanding=serving.understanding, setup=serving.setup)
        id = CallId(uuid4().hex)
        return CallSession(leg, self._flow_for(leg), services, self._directory, id)

    def _flow_for(self, leg: Leg) -> Flow:
        calls, known = self._settings.hotline.calls, self._desk.library.names()
        called = leg.info.called
        name = calls.flows.get(called, called)
        return self._desk.flow_for(name if name in known else calls.default_flow, leg)

    async def _drain(self) -> None:
        """Let calls under way end, for a while; refuse new ones."""
        self._duty.draining = True
        await self._line.drain()
        log.info("draining", extra={"calls": len(self._directory)})
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.hotline.calls.drain_s):
                await _first(self._all_ended(), self._duty.hurry.wait())

    async def _all_ended(self) -> None:
        while tasks := self._tasks():
            await asyncio.wait(tasks)

    def _tasks(self) -> set[asyncio.Task[None]]:
        """Calls under way, of either direction."""
        called_back = self._calling_back.calls if self._calling_back is not None else frozenset()
        return {*self._sessions, *called_back}


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when one of the waits is over; the others are dropped."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
