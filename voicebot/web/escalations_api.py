"""The JSON API for escalations: the one key "?", and what is done about it.

GET  /api/escalations?state                 {"escalations"}, those that are due first go first
POST /api/escalations                       {"call", "customer", "note"}: {"escalation"}
GET  /api/escalations/{id}                  {"escalation"}
POST /api/escalations/{id}/acknowledge      {"escalation"}
POST /api/escalations/{id}/close            {"resolution"}: {"escalation"}
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.audit import Act
from voicebot.core.escalations import Escalation, EscalationState
from voicebot.store.escalations import escalation_json
from voicebot.store.evidence import evidence_of_call, evidence_of_customer
from voicebot.web.bodies import read_object
from voicebot.web.errors import ApiError
from voicebot.web.registry import Registry
from voicebot.web.security import require

MOST_NOTE = 2_000


def add(app: web.Application, registry: Registry) -> None:
    """Add the API to an application."""
    api = _EscalationsApi(registry)
    app.router.add_get("/api/escalations", api.list)
    app.router.add_post("/api/escalations", api.open)
    app.router.add_get("/api/escalations/{id}", api.show)
    app.router.add_post("/api/escalations/{id}/acknowledge", api.acknowledge)
    app.router.add_post("/api/escalations/{id}/close", api.close)


class _EscalationsApi:
    """The handlers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def list(self, request: web.Request) -> web.Response:
        require(request, Permission.READ_CALLS)
        state = request.query.get("state", "")
        if state and state not in set(EscalationState):
            hint = f"one of {', '.join(EscalationState)}"
            raise ApiError(400, "bad-parameter", "state cannot be read", hint)
        wanted = EscalationState(state) if state else None
        found = await asyncio.to_thread(self._registry.escalations.list, wanted)
        return web.json_response({"escalations": [escalation_json(one) for one in found]})

    async def open(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.ESCALATE)
        body = await read_object(request, call=str, customer=str, note=str)
        if len(body.get("note", "")) > MOST_NOTE:
            raise ApiError(400, "bad-field", "note is too long", f"{MOST_NOTE} characters at most")
        opened = await asyncio.to_thread(self._opened, body, asking.name)
        await self._note(asking.name, "open", opened)
        return self._answer(opened, status=201)

    def _opened(self, body: dict[str, Any], by: str) -> Escalation:
        registry, note = self._registry, body.get("note", "").strip() or "?"
        call, key = body.get("call", ""), body.get("customer", "")
        if bool(call) == bool(key):
            raise ApiError(400, "bad-field", "say what it is about", "call, or else customer")
        if call:
            facts = registry.calls.facts(call)
            if not facts:
                raise ApiError(404, "no-such-call", "there is no call with this id")
            customer, evidence = evidence_of_call(facts)
        else:
            found, numbers = registry.find(key)
            calls = registry.customers.calls_of(found.id if found else key, numbers, 10)
            if found is None and not calls:
                hint = "an id or a number that has called"
                raise ApiError(404, "no-such-customer", "nobody is known by this", hint)
            customer, evidence = (found.id if found else key), evidence_of_customer(calls)
        return registry.escalations.open(
            call=call, customer=customer, note=note, by=by, evidence=evidence
        )

    async def show(self, request: web.Request) -> web.Response:
        found = await asyncio.to_thread(self._registry.escalations.get, request.match_info["id"])
        if found is None:
            raise _none()
        return self._answer(found)

    async def acknowledge(self, request: web.Request) -> web.Response:
        asking, id = require(request, Permission.READ_CALLS), request.match_info["id"]
        await read_object(request)
        store = self._registry.escalations
        after = await self._changed(lambda: store.acknowledge(id, asking.name))
        await self._note(asking.name, "acknowledge", after)
        return self._answer(after)

    async def close(self, request: web.Request) -> web.Response:
        asking, id = require(request, Permission.READ_CALLS), request.match_info["id"]
        body = await read_object(request, resolution=str)
        store, resolution = self._registry.escalations, body.get("resolution", "")[:MOST_NOTE]
        after = await self._changed(lambda: store.close(id, asking.name, resolution))
        await self._note(asking.name, "close", after)
        return self._answer(after)

    async def _changed(self, change: Callable[[], Escalation]) -> Escalation:
        try:
            return await asyncio.to_thread(change)
        except KeyError:
            raise _none() from None
        except ValueError as error:
            raise ApiError(409, "not-now", str(error)) from None

    async def _note(self, by: str, what: str, escalation: Escalation) -> None:
        await self._registry.audit.note(Act(by, "api", f"escalation.{what}", escalation.id))

    def _answer(self, escalation: Escalation, status: int = 200) -> web.Response:
        return web.json_response({"escalation": escalation_json(escalation)}, status=status)


def _none() -> ApiError:
    return ApiError(404, "no-such-escalation", "there is no escalation with this id")
