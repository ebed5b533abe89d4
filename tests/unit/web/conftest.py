from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings
from voicebot.web.app import create_app
from voicebot.web.ports import NodeStatus
from voicebot.web.server import start_server
from voicebot.web.settings import WebSettings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _fact(call: str, seq: int, kind: str, at_ms: int = 0, **data: Any) -> Fact:
    time = NOON + timedelta(milliseconds=at_ms)
    return Fact(CallId(call), seq, at_ms, time, FactKind(kind), data)


@pytest.fixture
def fact() -> Callable[..., Fact]:
    """Makes a fact from call, seq, kind, at_ms and its data."""
    return _fact


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two calls: `done` has ended, `runs` has not."""
    settings = StoreSettings(node="here", batch_ms=1)
    opened = open_store(f"sqlite:///{tmp_path / 'voicebot.db'}", settings)
    answered = {"flow": "bank_en", "flow_version": "v", "language": "en"}
    for line in [
        _fact("done", 0, "rang", caller="+49170", called="hotline"),
        _fact("done", 1, "answered", **answered),
        _fact("done", 2, "recording", file="recordings/2026/11/22/done.wav", paused=False),
        _fact("done", 3, "heard", 900, text="</script><b>我的卡丢了", start_ms=200),
        _fact("done", 4, "ended", 2000, by="caller", outcome="hung_up", code=200, node="menu"),
        _fact("runs", 0, "rang", 10, caller="", called="hotline"),
        _fact("runs", 1, "answered", 10, **answered),
    ]:
        opened.journal.write(line)
    assert opened.journal.flush()
    yield opened
    opened.close()


@dataclass(frozen=True)
class StillMonitor:
    """Always says the same."""

    now: NodeStatus

    async def status(self) -> NodeStatus:
        return self.now

    async def metrics(self) -> bytes:
        return b"voicebot_calls 1.0\n"


class StillFlows:
    """Implements `web.ports.FlowList`."""

    async def flows(self) -> dict[str, Any]:
        return {"flows": [{"name": "shop"}], "refused": []}


class Console:
    """A console that runs, and a client for it."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def get(self, path: str, **options: Any) -> aiohttp.ClientResponse:
        response = await self.session.get(self.url + path, allow_redirects=False, **options)
        await response.read()
        return response


@pytest.fixture
def serve(store: Store, tmp_path: Path) -> Callable[..., Any]:
    """`async with serve(status=..., **WebSettings) as console`."""

    @asynccontextmanager
    async def serving(status: NodeStatus | None = None, **values: Any) -> AsyncIterator[Console]:
        settings = WebSettings(**values)
        app = create_app(
            store.calls,
            store.feed,
            StillMonitor(status or NodeStatus()),
            StillFlows(),
            data=tmp_path,
            settings=settings,
        )
        async with aiohttp.ClientSession() as session, serving_app(app) as url:
            yield Console(url, session)

    return serving


@asynccontextmanager
async def serving_app(app: web.Application) -> AsyncIterator[str]:
    server = await start_server(app, "127.0.0.1", 0)
    try:
        yield server.url
    finally:
        await server.stop()


@pytest.fixture
def run_app() -> Callable[[web.Application], Any]:
    """`async with run_app(app) as url`."""
    return serving_app
