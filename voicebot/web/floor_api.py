"""What supervisors watch: queues, agents, who waits, who talks.

GET /supervisor              the page
GET /api/floor               {"queues", "agents", "waiting", "talks"}
GET /api/floor/events        the same as server-sent events, every second
"""

from __future__ import annotations

import json

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.web.event_stream import EventStreams
from voicebot.web.floor_view import floor_json
from voicebot.web.office import Office
from voicebot.web.pages import STATIC
from voicebot.web.security import require
from voicebot.web.settings import WebSettings

EVERY_S = 1.0


def add(app: web.Application, office: Office, settings: WebSettings) -> None:
    """Add it to an application."""
    streams = EventStreams(settings)
    floor = _Floor(office, streams)
    app.router.add_get("/supervisor", _page)
    app.router.add_get("/api/floor", floor.show)
    app.router.add_get("/api/floor/events", floor.stream)
    app.on_shutdown.append(streams.end_all)


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "supervisor.html")


class _Floor:
    """The handlers."""

    def __init__(self, office: Office, streams: EventStreams) -> None:
        self._office, self._streams = office, streams

    async def show(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.AGENT_STATES)
        return web.json_response(floor_json(self._office, asking))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """One stream, until the page is closed."""
        asking = require(request, Permission.AGENT_STATES)

        async def look() -> bytes:
            data = json.dumps(floor_json(self._office, asking))
            return f"event: floor\ndata: {data}\n\n".encode()

        return await self._streams.send(request, lambda: self._streams.polled(look, EVERY_S))
