"""Facts as they happen, as server-sent events (HTML Living Standard, section 9.2).

GET /api/events[?call=ID]
id: opaque, for Last-Event-ID    event: fact    data: {call, seq, ..., "line": {...} | null}
event: gap     data: {}          facts are missing here: read the calls anew
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Any

from aiohttp import web

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.store.feed import FeedItem, Gap
from voicebot.store.rows import fact_json
from voicebot.store.transcript import Writer
from voicebot.web.event_stream import HEARTBEAT, EventStreams
from voicebot.web.ports import Events, Subscription
from voicebot.web.settings import WebSettings


def add(app: web.Application, feed: Events, settings: WebSettings) -> None:
    """Add the stream to an application."""
    streams = _Streams(feed, settings)
    app.router.add_get("/api/events", streams.serve)
    app.on_shutdown.append(streams.end_all)


class _Streams:
    """The open streams."""

    def __init__(self, feed: Events, settings: WebSettings) -> None:
        self._feed = feed
        self._settings = settings
        self._streams = EventStreams(settings)
        self._open: set[Subscription] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        after, call = request.headers.get("Last-Event-ID", ""), request.query.get("call", "")
        return await self._streams.send(request, lambda: self._facts(after, call))

    async def _facts(self, after: str, call: str) -> AsyncGenerator[bytes, None]:
        lines = _Lines()
        with self._feed.subscribe(after=after, call=call) as events:
            self._open.add(events)
            try:
                while (data := await self._next(events, lines)) is not None:
                    yield data
            finally:
                self._open.discard(events)

    async def _next(self, events: Subscription, lines: _Lines) -> bytes | None:
        try:
            async with asyncio.timeout(self._settings.heartbeat_s):
                item = await events.get()
        except TimeoutError:
            return HEARTBEAT
        return None if item is None else encode(item, lines)

    async def end_all(self, _app: web.Application) -> None:
        """Let no open page hold up the stop."""
        for events in list(self._open):
            events.close()


class _Lines:
    """The transcript's lines of every call on a stream."""

    def __init__(self) -> None:
        self._writers: dict[CallId, Writer] = {}

    def of(self, fact: Fact) -> dict[str, Any] | None:
        line = self._writers.setdefault(fact.call, Writer()).take(fact)
        if fact.kind is FactKind.ENDED:
            del self._writers[fact.call]
        return asdict(line) if line else None


def encode(item: FeedItem, lines: _Lines) -> bytes:
    """One event; JSON has no raw line breaks, so it fits one `data` line."""
    if isinstance(item, Gap):
        return b"event: gap\ndata: {}\n\n"
    data = json.dumps({**fact_json(item.fact), "line": lines.of(item.fact)})
    return f"id: {item.id}\nevent: fact\ndata: {data}\n\n".encode()
