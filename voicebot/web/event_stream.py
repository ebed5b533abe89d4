"""Server-sent events that a page is kept up to date by (HTML Living Standard, section 9.2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from aiohttp import web

from voicebot.web.errors import ApiError
from voicebot.web.settings import WebSettings

RETRY = b"retry: 2000\n\n"
"""How long a browser waits before it connects again, in ms."""
HEARTBEAT = b": still here\n\n"
WRITE_TIMEOUT_S = 30


class EventStreams:
    """The open streams of one sort: a bounded number, none of which holds up the stop."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._open = 0
        self.ending = asyncio.Event()
        """The node stops."""

    async def send(
        self, request: web.Request, events: Callable[[], AsyncGenerator[bytes, None]]
    ) -> web.StreamResponse:
        """One stream, until its events end, or the page is closed."""
        if self._open >= self._settings.max_streams:
            hint = "close a page of the console"
            raise ApiError(503, "too-many-streams", "too many are listening already", hint)
        self._open += 1
        try:
            return await self._send(request, events())
        finally:
            self._open -= 1

    async def polled(
        self, look: Callable[[], Awaitable[bytes | None]], every_s: float
    ) -> AsyncGenerator[bytes, None]:
        """What `look` finds changed, every so often, and now and then a sign of life."""
        wrote_s = time.monotonic()
        while not self.ending.is_set():
            data = await look()
            if data is None and time.monotonic() - wrote_s >= self._settings.heartbeat_s:
                data = HEARTBEAT
            if data is not None:
                yield data
                wrote_s = time.monotonic()
            await self._pause(every_s)

    async def end_all(self, _app: web.Application) -> None:
        """Let no open page hold up the stop."""
        self.ending.set()

    async def _send(
        self, request: web.Request, events: AsyncGenerator[bytes, None]
    ) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(RETRY)
        async with aclosing(events):
            async for data in events:
                try:
                    async with asyncio.timeout(WRITE_TIMEOUT_S):
                        await response.write(data)
                except (TimeoutError, ConnectionResetError):
                    break
        return response

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.ending.wait()
        except TimeoutError:
            return
