"""What a hotline answers while its models load: it is alive, and no call would be served yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from voicebot.web.errors import as_json
from voicebot.web.security import add_headers, guard
from voicebot.web.server import start_server
from voicebot.web.settings import WebSettings, check

_REASON = "the hotline is starting"


@asynccontextmanager
async def starting(settings: WebSettings) -> AsyncIterator[None]:
    """Answer `/healthz` and `/readyz` on the console's port while inside. Raises `ConfigError`
    where the port cannot be had, before anything else was begun."""
    check(settings)
    app = web.Application(middlewares=[as_json, guard(settings)])
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/healthz", _health)
    app.router.add_get("/readyz", _ready)
    server = await start_server(app, settings.host, settings.port)
    try:
        yield
    finally:
        await server.stop()


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "starting", "problems": []})


async def _ready(_request: web.Request) -> web.Response:
    checks = {"started": {"ok": False, "note": _REASON}}
    return web.json_response({"ready": False, "reasons": [_REASON], "checks": checks}, status=503)
