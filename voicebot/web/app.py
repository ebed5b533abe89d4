"""The console's application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path

from aiohttp import web

from voicebot.web import api, events, pages
from voicebot.web.errors import as_json
from voicebot.web.ports import Calls, Events, NodeStatus
from voicebot.web.security import add_headers, guard
from voicebot.web.settings import WebSettings, check


def create_app(
    calls: Calls,
    feed: Events,
    status: Callable[[], NodeStatus],
    *,
    data: Path,
    settings: WebSettings | None = None,
) -> web.Application:
    """Join the console. `data` is the folder below which recordings are named. Raises
    `ConfigError` where it would show calls to a network without a token."""
    settings = settings or WebSettings()
    check(settings)
    app = web.Application(middlewares=[as_json, guard(settings)])
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/healthz", _health(status))
    api.add(app, calls, data)
    events.add(app, feed, settings)
    pages.add(app, settings)
    return app


def _health(status: Callable[[], NodeStatus]) -> Callable[[web.Request], Awaitable[web.Response]]:
    version = _version()

    async def handler(_request: web.Request) -> web.Response:
        now = status()
        unhealthy = now.problems or now.journal == "failing"
        word = "draining" if now.draining else "unhealthy" if unhealthy else "ok"
        body = {
            "status": word,
            "version": version,
            "calls": now.calls_running,
            "draining": now.draining,
            "journal": {"status": now.journal, "lag_ms": now.journal_lag_ms},
            "problems": list(now.problems),
        }
        return web.json_response(body, status=200 if word == "ok" else 503)

    return handler


def _version() -> str:
    try:
        return metadata.version("voicebot")
    except metadata.PackageNotFoundError:
        return "not installed"
