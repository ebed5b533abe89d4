"""An agent's state and call as they change, as server-sent events.

event: agent    data: {"agent": {...}, "context": {...} | null}
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web

from voicebot.core.call_context import CallContext
from voicebot.core.record import Cdr
from voicebot.queueing.snapshot import Agent
from voicebot.web.agent_scope import asked_agent
from voicebot.web.context_view import context_json
from voicebot.web.desk_watch import DeskWatch
from voicebot.web.errors import ApiError
from voicebot.web.event_stream import EventStreams
from voicebot.web.office import Office
from voicebot.web.screen_pop import address
from voicebot.web.security import who
from voicebot.web.settings import WebSettings

LOOK_EVERY_S = 0.2
"""States change by calls, clocks and other nodes: to look is simpler than to be told by all."""
READ_EVERY_S = 1.0


class AgentStreams:
    """The open streams."""

    def __init__(self, office: Office, settings: WebSettings) -> None:
        self._office, self._streams = office, EventStreams(settings)
        self._desks = DeskWatch(office)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One stream, until the page is closed."""
        agent = asked_agent(request, self._office)
        looking, streams = _Looking(self._office, agent.name), self._streams
        own = who(request).name == agent.name

        async def events() -> AsyncGenerator[bytes, None]:
            if own:
                self._desks.opened(agent.name)
            try:
                async for data in streams.polled(looking.changed, LOOK_EVERY_S):
                    yield data
            finally:
                if own and not streams.ending.is_set():
                    self._desks.closed(agent.name)

        return await streams.send(request, events)

    async def end_all(self, app: web.Application) -> None:
        """Let no open page hold up the stop."""
        await self._streams.end_all(app)
        self._desks.stop()


class _Looking:
    """One agent, looked at again and again."""

    def __init__(self, office: Office, name: str) -> None:
        self._office, self._name = office, name
        self._seen: tuple[Agent, CallContext | None, object] | None = None
        self._earlier: tuple[str, tuple[Cdr, ...]] = ("", ())
        self._read_s = 0.0

    async def changed(self) -> bytes | None:
        """The event to be sent; None where all is as it was."""
        agent = self._office.desk.agent(self._name)
        context = await self._context(agent)
        seen = (agent, context, self._office.talk_of(agent))
        if self._seen == seen:
            return None
        self._seen = seen
        shown = await self._shown(context) if context is not None else None
        data = json.dumps({"agent": self._office.view(agent), "context": shown})
        return f"event: agent\ndata: {data}\n\n".encode()

    async def _context(self, agent: Agent) -> CallContext | None:
        call = self._office.call_of(agent)
        if not call:
            return None
        known = self._seen[1] if self._seen is not None else None
        if live := self._office.contexts.get(call):
            return live
        if known is not None and known.call == call and (known.ended or not self._may_read()):
            return known
        return await self._stored(call)

    def _may_read(self) -> bool:
        """A call of another node is read from the store, once a second at most."""
        now_s = time.monotonic()
        if now_s - self._read_s < READ_EVERY_S:
            return False
        self._read_s = now_s
        return True

    async def _stored(self, call: str) -> CallContext | None:
        try:
            return await self._office.context(call)
        except ApiError:
            return None

    async def _shown(self, context: CallContext) -> dict[str, Any]:
        if self._earlier[0] != context.call:
            self._earlier = (context.call, await self._office.earlier(context))
        url = address(self._office.settings.screen_pop, context, self._name)
        return context_json(context, self._earlier[1], url=url)
