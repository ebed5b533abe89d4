"""The JSON API for notices to others: what waits, what was given up, and another try.

GET  /api/webhooks/notices?state            {"notices"}, the youngest first; never what they say
POST /api/webhooks/notices/retry            {"ids"}, all that are dead where left out: {"retried"}
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.audit import Act
from voicebot.store.outbox import NoticeState, Waiting, channel_of
from voicebot.web.bodies import read_object
from voicebot.web.errors import ApiError
from voicebot.web.registry import Registry
from voicebot.web.security import require

MOST = 500


def add(app: web.Application, registry: Registry) -> None:
    """Add the API to an application."""
    api = _WebhooksApi(registry)
    app.router.add_get("/api/webhooks/notices", api.list)
    app.router.add_post("/api/webhooks/notices/retry", api.retry)


class _WebhooksApi:
    """The handlers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def list(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        if state and state not in set(NoticeState):
            hint = f"one of {', '.join(NoticeState)}"
            raise ApiError(400, "bad-parameter", "state cannot be read", hint)
        wanted = NoticeState(state) if state else None
        found = await asyncio.to_thread(self._registry.outbox.list, wanted, MOST)
        return web.json_response({"notices": [notice_json(one) for one in found]})

    async def retry(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.WEBHOOKS)
        ids = (await read_object(request, ids=list)).get("ids")
        retried = await asyncio.to_thread(self._retry, ids)
        detail = {"retried": str(retried)}
        await self._registry.audit.note(Act(asking.name, "api", "webhooks.retry", "", detail))
        return web.json_response({"retried": retried})

    def _retry(self, ids: Sequence[Any] | None) -> int:
        outbox = self._registry.outbox
        if ids is None:
            return outbox.revive_all()
        return sum(outbox.revive(str(one)) for one in ids)


def notice_json(entry: Waiting) -> dict[str, Any]:
    """As JSON, without what it says."""
    return {
        "id": entry.notice.id,
        "call": entry.notice.call,
        "channel": channel_of(entry.notice),
        "state": entry.state.value,
        "created": entry.created.isoformat(),
        "due": entry.due.isoformat(),
        "attempts": entry.attempts,
        "error": entry.error,
    }
