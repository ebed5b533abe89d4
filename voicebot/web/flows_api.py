"""The JSON API for flows.

GET /api/flows      {"flows": [{"name", "flow_version", "live", "canary", "log"}],
                    "intents": {language: version}, "refused"}
"""

from __future__ import annotations

from aiohttp import web

from voicebot.web.ports import FlowList


def add(app: web.Application, flows: FlowList) -> None:
    """Add the API to an application."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(await flows.flows())

    app.router.add_get("/api/flows", show)
