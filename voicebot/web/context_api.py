"""The JSON API for what an agent is to know of a call, what became of it, and the audit log.

    GET  /api/calls/{id}/context                the call's context, live while it runs
    GET  /api/calls/{id}/dispositions           {"dispositions"}
    POST /api/calls/{id}/disposition            {"code", "note", "agent"}: {"disposition"}
    GET  /api/audit?limit&before&target&check   {"entries", "broken_at"}

An agent may ask for calls that were offered to that agent, and for no others.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.audit import Act
from voicebot.core.call import CallId
from voicebot.core.call_context import CallContext
from voicebot.core.staffing import Disposition
from voicebot.web.bodies import read_object
from voicebot.web.context_view import context_json
from voicebot.web.errors import ApiError
from voicebot.web.office import Office
from voicebot.web.screen_pop import address
from voicebot.web.security import require, who

MOST_NOTE = 2_000
MOST_ENTRIES = 500


def add(app: web.Application, office: Office) -> None:
    """Add the API to an application."""
    api = _ContextApi(office)
    app.router.add_get("/api/calls/{id}/context", api.context)
    app.router.add_get("/api/calls/{id}/dispositions", api.dispositions)
    app.router.add_post("/api/calls/{id}/disposition", api.dispose)
    app.router.add_get("/api/audit", api.audit)


class _ContextApi:
    """The handlers."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def context(self, request: web.Request) -> web.Response:
        context = await self._asked(request)
        earlier = await self._office.earlier(context)
        url = address(self._office.settings.screen_pop, context, who(request).name)
        return web.json_response(context_json(context, earlier, url=url))

    async def dispositions(self, request: web.Request) -> web.Response:
        context = await self._asked(request)
        found = await asyncio.to_thread(self._office.dispositions.of, context.call)
        return web.json_response({"dispositions": [_json(one) for one in found]})

    async def dispose(self, request: web.Request) -> web.Response:
        context, asking, office = await self._asked(request), who(request), self._office
        body = await read_object(request, code=str, note=str, agent=str)
        agent = body.get("agent") or asking.name
        if agent != asking.name:
            require(request, Permission.AGENT_STATES)
        if not _had(context, agent):
            raise ApiError(409, "not-their-call", "this agent did not have this call")
        code, note = _code(office, body.get("code", "")), body.get("note", "").strip()
        if len(note) > MOST_NOTE:
            raise ApiError(400, "bad-field", "note is too long", f"{MOST_NOTE} characters at most")
        now = datetime.now(UTC)
        kept = Disposition(CallId(context.call), agent, code, note, asking.name, now)
        await asyncio.to_thread(office.dispositions.put, kept)
        detail = {"code": code, "agent": agent}
        act = Act(asking.name, "api", "call.disposition", context.call, detail)
        await office.audit.note(act)
        return web.json_response({"disposition": _json(kept)})

    async def audit(self, request: web.Request) -> web.Response:
        require(request, Permission.AUDIT)
        query, audit = request.query, self._office.audit
        limit, before = _number(query, "limit") or 100, _number(query, "before")
        entries = await asyncio.to_thread(
            audit.entries,
            limit=min(limit, MOST_ENTRIES),
            before=before,
            target=query.get("target", ""),
        )
        rows = [{**asdict(entry), "time": entry.time.isoformat()} for entry in entries]
        body: dict[str, Any] = {"entries": rows}
        if query.get("check") == "true":
            body["broken_at"] = await asyncio.to_thread(audit.broken_at)
        return web.json_response(body)

    async def _asked(self, request: web.Request) -> CallContext:
        context, asking = await self._office.context(request.match_info["id"]), who(request)
        if not _had(context, asking.name) or not asking.may(Permission.OWN_STATE):
            require(request, Permission.READ_CALLS)
        return context


def _had(context: CallContext, agent: str) -> bool:
    return agent == context.agent or any(agent == one.to for one in context.attempts)


def _code(office: Office, code: str) -> str:
    known = office.settings.dispositions
    if code not in known:
        hint = f"one of {', '.join(known)}" if known else "name some under [desk] dispositions"
        raise ApiError(400, "bad-field", "code is no disposition", hint)
    return code


def _json(one: Disposition) -> dict[str, Any]:
    return {**{n: getattr(one, n) for n in Disposition.__slots__}, "time": one.time.isoformat()}


def _number(query: Any, name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) < 2**31:
        raise ApiError(400, "bad-parameter", f"{name} cannot be read", "a number from 1")
    return int(text)
