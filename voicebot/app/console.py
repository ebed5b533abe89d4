"""The console, and what machines ask of a node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voicebot.app.announcing import Announce
from voicebot.config import Settings
from voicebot.observe.follow import Taker, following
from voicebot.observe.metrics import Metrics
from voicebot.observe.monitor import NodeMonitor
from voicebot.observe.node import Parts
from voicebot.observe.tracing import tracing
from voicebot.publishing.board import FlowBoard
from voicebot.store.opening import Store
from voicebot.web.app import create_app
from voicebot.web.office import Office
from voicebot.web.registry import Registry
from voicebot.web.server import start_server


@asynccontextmanager
async def serving_console(
    settings: Settings,
    store: Store,
    parts: Parts,
    board: FlowBoard,
    announce: Announce,
    office: Office,
    registry: Registry,
) -> AsyncIterator[None]:
    """The console, with what machines ask for: metrics, readiness; and traces, if wanted."""
    metrics, console = Metrics(), settings.hotline.console
    monitor = NodeMonitor(parts, metrics)
    app = create_app(
        store.calls,
        store.feed,
        monitor,
        board,
        data=settings.data,
        settings=console,
        office=office,
        registry=registry,
    )
    with tracing(settings.hotline.traces) as traces:
        takers: list[Taker] = [metrics.calls, office.contexts, office.wait_errors, *traces]
        async with following(store.feed, takers):
            server = await start_server(app, console.host, console.port)
            announce(f"Console  {server.url}")
            try:
                yield
            finally:
                await server.stop()
