"""The JSON API for agents: their own state, and others' for supervisors.

GET  /api/me                                {"name", "permissions", "queues", "agent", "desk"}
GET  /api/agents                            {"agents"}
GET  /api/agents/{agent}                    {"agent"}
GET  /api/agents/{agent}/events             server-sent events: {"agent", "context"}
POST /api/agents/{agent}/log-in             {"agent"}; so with all that follow
POST /api/agents/{agent}/log-out
POST /api/agents/{agent}/pause              {"reason"}
POST /api/agents/{agent}/resume
POST /api/agents/{agent}/end-wrap-up
POST /api/agents/{agent}/extend-wrap-up     {"by_ms"}
POST /api/agents/{agent}/reject             the call for which the phone rings
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.queueing import PauseReason
from voicebot.core.staffing import CHOSEN_REASONS, EXTENSION_MS, Operation, Wanted
from voicebot.queueing.snapshot import Agent
from voicebot.session.agent_desk import StaffRefused
from voicebot.web.agent_events import AgentStreams
from voicebot.web.agent_scope import asked_agent, in_scope
from voicebot.web.bodies import read_object
from voicebot.web.errors import ApiError
from voicebot.web.office import Office
from voicebot.web.security import require, who
from voicebot.web.settings import WebSettings

DOOR = "api"
_FIELDS: dict[Operation, dict[str, type]] = {
    Operation.PAUSE: {"reason": str},
    Operation.EXTEND_WRAP_UP: {"by_ms": int},
}


def add(app: web.Application, office: Office, settings: WebSettings) -> None:
    """Add the API to an application."""
    api = _AgentsApi(office)
    app.router.add_get("/api/me", api.me)
    app.router.add_get("/api/agents", api.list)
    app.router.add_get("/api/agents/{agent}", api.show)
    streams = AgentStreams(office, settings)
    app.router.add_get("/api/agents/{agent}/events", streams.serve)
    app.on_shutdown.append(streams.end_all)
    for operation in Operation:
        path = f"/api/agents/{{agent}}/{operation.replace('_', '-')}"
        app.router.add_post(path, api.doing(operation))


class _AgentsApi:
    """The handlers."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def me(self, request: web.Request) -> web.Response:
        asking, settings = who(request), self._office.settings
        names = [agent.name for agent in self._office.desk.agents()]
        body = {
            "name": asking.name,
            "permissions": sorted(asking.permissions),
            "queues": list(asking.queues),
            "agent": asking.name if asking.name in names else None,
            "desk": {
                "dispositions": list(settings.dispositions),
                "pause_reasons": [reason.value for reason in CHOSEN_REASONS],
                "extension_ms": EXTENSION_MS,
            },
        }
        return web.json_response(body)

    async def list(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.AGENT_STATES)
        agents = [agent for agent in self._office.desk.agents() if in_scope(asking, agent)]
        return web.json_response({"agents": [self._office.view(agent) for agent in agents]})

    async def show(self, request: web.Request) -> web.Response:
        return self._answer(asked_agent(request, self._office))

    def doing(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The handler of an operation."""

        async def handle(request: web.Request) -> web.Response:
            agent, asking = asked_agent(request, self._office), who(request)
            body = await read_object(request, **_FIELDS.get(operation, {}))
            wanted = _wanted(operation, body)
            try:
                after = await self._office.desk.do(agent.name, wanted, by=asking.name, door=DOOR)
            except StaffRefused as refused:
                raise ApiError(409, refused.code, str(refused)) from None
            return self._answer(after)

        return handle

    def _answer(self, agent: Agent) -> web.Response:
        return web.json_response({"agent": self._office.view(agent)})


def _wanted(operation: Operation, body: dict[str, Any]) -> Wanted:
    if operation is Operation.PAUSE:
        return Wanted(operation, _reason(body.get("reason", "")))
    return Wanted(operation, by_ms=body.get("by_ms", EXTENSION_MS))


def _reason(text: str) -> PauseReason:
    try:
        reason = PauseReason(text)
    except ValueError:
        known = ", ".join(CHOSEN_REASONS)
        raise ApiError(
            400, "bad-field", "reason is no reason of a pause", f"one of {known}"
        ) from None
    return reason
