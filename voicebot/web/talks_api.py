"""The JSON API for talks under way: callers sent on, supervisors.

POST   /api/calls/{id}/transfer            {"to": "queue:billing", "mode": "blind" | "attended"}
POST   /api/calls/{id}/transfer/complete   so with conference and take-back
POST   /api/calls/{id}/hold                so with resume, mute and unmute
POST   /api/calls/{id}/supervise           {"how": "listen" | "whisper" | "barge" | "take_over"}
DELETE /api/calls/{id}/supervise
POST   /api/calls/{id}/pull                {"to": "agent:anna" | "queue:cards" | "node:news" | "me"}
POST   /api/calls/{id}/reprioritize        {"priority": 2, "age_ms": 300000}
POST   /api/queues/{queue}/close           {"queue", "closed"}; so with open

Each answers with the supervisor's view of the talk or of the queue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.transfers import Supervision, Target, TransferMode
from voicebot.session.supervisor_desk import STEPS, SupervisionRefused, SupervisorDesk
from voicebot.session.talk import Talk
from voicebot.web.bodies import read_object
from voicebot.web.errors import ApiError
from voicebot.web.floor_view import talk_json
from voicebot.web.security import Who, require, who

DOOR = "api"
OWN_PHONE = "me"
"""As `to`: the phone of whoever asks."""
_STATUS = {"no-such-talk": 404, "no-such-place": 404, "no-such-queue": 404, "not-permitted": 403}
_MOST = {"priority": 1_000_000, "age_ms": 86_400_000}
"""Either way. More is a mistake, and no number for a database."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add(app: web.Application, desk: SupervisorDesk) -> None:
    """Add the API to an application."""
    api = _Api(desk)
    post = app.router.add_post
    post("/api/calls/{id}/transfer", _told(api.transfer))
    for step, action in STEPS.items():
        way = action.removeprefix("call.").replace(".", "/").replace("_", "-")
        post(f"/api/calls/{{id}}/{way}", _told(api.step(step)))
    post("/api/calls/{id}/supervise", _told(api.supervise))
    app.router.add_delete("/api/calls/{id}/supervise", _told(api.leave))
    post("/api/calls/{id}/pull", _told(api.pull))
    post("/api/calls/{id}/reprioritize", _told(api.reprioritize))
    post("/api/queues/{queue}/close", _told(api.close(closed=True)))
    post("/api/queues/{queue}/open", _told(api.close(closed=False)))


def _told(handler: Handler) -> Handler:
    """What is refused, in the console's shape of errors."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SupervisionRefused as refused:
            raise ApiError(_STATUS.get(refused.code, 409), refused.code, str(refused)) from None

    return handle


class _Api:
    """The handlers."""

    def __init__(self, desk: SupervisorDesk) -> None:
        self._desk = desk

    async def transfer(self, request: web.Request) -> web.Response:
        body = await read_object(request, to=str, mode=str)
        asking, talk = self._own_talk(request)
        target, mode = _target(body.get("to", "")), _mode(body.get("mode", "blind"))
        await self._desk.hand_over(talk, target, mode, by=asking.name, door=DOOR)
        return web.json_response({"talk": talk_json(talk)}, status=202)

    def step(self, step: str) -> Handler:
        """The handler of one of `STEPS`."""

        async def handle(request: web.Request) -> web.Response:
            await read_object(request)
            asking, talk = self._own_talk(request)
            await self._desk.step(talk, step, by=asking.name, door=DOOR)
            return web.json_response({"talk": talk_json(talk)}, status=202)

        return handle

    async def supervise(self, request: web.Request) -> web.Response:
        asking = who(request)
        body = await read_object(request, how=str, phone=str)
        how = _how(body.get("how", "listen"))
        talk = self._desk.talk(request.match_info["id"], asking.queues)
        await self._desk.supervise(
            talk,
            how,
            asking.permissions,
            by=asking.name,
            door=DOOR,
            phone=body.get("phone") or self._phone_of(asking),
        )
        return web.json_response({"talk": talk_json(talk)}, status=202)

    async def leave(self, request: web.Request) -> web.Response:
        asking = who(request)
        talk = self._desk.talk(request.match_info["id"], asking.queues)
        await self._desk.leave(talk, by=asking.name, door=DOOR)
        return web.json_response({"talk": talk_json(talk)}, status=202)

    async def pull(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.QUEUES)
        body = await read_object(request, to=str, phone=str)
        to, call, desk = body.get("to", ""), request.match_info["id"], self._desk
        if to == OWN_PHONE:
            await desk.pull_to_phone(
                call,
                asking.permissions,
                by=asking.name,
                door=DOOR,
                phone=body.get("phone") or self._phone_of(asking),
                queues=asking.queues,
            )
        else:
            await desk.pull(call, _target(to), by=asking.name, door=DOOR, queues=asking.queues)
        return web.json_response({"to": to}, status=202)

    async def reprioritize(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.QUEUES)
        body = await read_object(request, priority=int, age_ms=int)
        for name, most in _MOST.items():
            if abs(body.get(name, 0)) > most:
                raise ApiError(400, "bad-field", f"{name} is too much", f"{most} at most")
        await self._desk.reprioritize(
            request.match_info["id"],
            priority=body.get("priority"),
            age_ms=body.get("age_ms", 0),
            by=asking.name,
            door=DOOR,
            queues=asking.queues,
        )
        return web.json_response(body)

    def close(self, *, closed: bool) -> Handler:
        """The handler that closes or opens a queue."""

        async def handle(request: web.Request) -> web.Response:
            asking = require(request, Permission.QUEUES)
            queue = request.match_info["queue"]
            await read_object(request)
            await self._desk.set_closed(
                queue, closed=closed, by=asking.name, door=DOOR, queues=asking.queues
            )
            return web.json_response({"queue": queue, "closed": closed})

        return handle

    def _own_talk(self, request: web.Request) -> tuple[Who, Talk]:
        """An agent's own talk, or one that a supervisor looks after. To be asked when the body has
        been read: while it comes in, another person may get the caller."""
        asking, call = who(request), request.match_info["id"]
        talk = self._desk.talk(call)
        if talk.is_of(asking.name) and asking.may(Permission.OWN_STATE):
            return asking, talk
        require(request, Permission.QUEUES)
        return asking, self._desk.talk(call, asking.queues)

    def _phone_of(self, asking: Who) -> str:
        agent = self._desk.directory.router.agents.get(asking.name)
        return agent.spec.address if agent is not None else ""


def _target(text: str) -> Target:
    try:
        return Target.parse(text)
    except ValueError:
        hint = "as in agent:anna, queue:billing, number:branch, node:verify"
        raise ApiError(400, "bad-field", "to is no target", hint) from None


def _mode(text: str) -> TransferMode:
    try:
        return TransferMode(text)
    except ValueError:
        raise ApiError(400, "bad-field", "mode is not known", "blind or attended") from None


def _how(text: str) -> Supervision:
    try:
        return Supervision(text)
    except ValueError:
        hint = f"one of {', '.join(Supervision)}"
        raise ApiError(400, "bad-field", "how is not known", hint) from None
