"""What supervisors watch: queues, agents, who waits, who talks.

GET /supervisor              the page
GET /api/floor               {"queues", "agents", "waiting", "talks"}
GET /api/floor/events        the same as server-sent events, every second
"""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.web.errors import ApiError
from voicebot.web.events import RETRY, WRITE_TIMEOUT_S
from voicebot.web.floor_view import floor_json
from voicebot.web.office import Office
from voicebot.web.pages import STATIC
from voicebot.web.security import Who, require
from voicebot.web.settings import WebSettings

EVERY_S = 1.0


def add(app: web.Application, office: Office, settings: WebSettings) -> None:
    """Add it to an application."""
    floor = _Floor(office, settings)
    app.router.add_get("/supervisor", _page)
    app.router.add_get("/api/floor", floor.show)
    app.router.add_get("/api/floor/events", floor.stream)
    app.on_shutdown.append(floor.end_all)


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "supervisor.html")


class _Floor:
    """The handlers."""

    def __init__(self, office: Office, settings: WebSettings) -> None:
        self._office, self._settings = office, settings
        self._open = 0
        self._ending = asyncio.Event()

    async def show(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.AGENT_STATES)
        return web.json_response(floor_json(self._office, asking))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """One stream, until the page is closed."""
        asking = require(request, Permission.AGENT_STATES)
        if self._open >= self._settings.max_streams:
            hint = "close a page of the console"
            raise ApiError(503, "too-many-streams", "too many are listening already", hint)
        self._open += 1
        try:
            return await self._send(request, asking)
        finally:
            self._open -= 1

    async def end_all(self, _app: web.Application) -> None:
        """Let no open page hold up the stop."""
        self._ending.set()

    async def _send(self, request: web.Request, asking: Who) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(RETRY)
        while not self._ending.is_set():
            data = json.dumps(floor_json(self._office, asking))
            try:
                async with asyncio.timeout(WRITE_TIMEOUT_S):
                    await response.write(f"event: floor\ndata: {data}\n\n".encode())
            except (TimeoutError, ConnectionResetError):
                break
            await self._pause()
        return response

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(EVERY_S):
                await self._ending.wait()
        except TimeoutError:
            return
