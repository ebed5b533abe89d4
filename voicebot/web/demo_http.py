"""What the demo services have in common: how they refuse, the switches for tests, reading bodies.

An error's body is `{"error": {"code": ..., "message": ...}}`. By query or header: `?delay=2` or
`X-Demo-Delay: 2` answers after so many seconds (at most 30), `?fail=503` or `X-Demo-Fail: 503`
answers with that status (400 to 599). What is not a GET and has an `Idempotency-Key` that was seen
before gets the first answer again and changes nothing.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_MAX_DELAY_S = 30.0
_KEYS_KEPT = 1_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Counter:
    """References that are given out, and the answers that go with idempotency keys."""

    references: int = 4_000
    answered: OrderedDict[str, tuple[int, Any]] = field(default_factory=OrderedDict)
    """Answers by idempotency key, the oldest first."""


COUNTER = web.AppKey("counter", Counter)


class Refused(Exception):
    """A request that is not done."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


def create_base() -> web.Application:
    """An application without routes."""
    app = web.Application(middlewares=[_errors, _switches, _idempotent], client_max_size=16_384)
    app[COUNTER] = Counter()
    return app


def reference(request: web.Request) -> str:
    """A number to quote."""
    counter = request.app[COUNTER]
    counter.references += 1
    return str(counter.references)


def done(request: web.Request, **more: Any) -> web.Response:
    """201 with a reference, and what else there is to say."""
    return web.json_response({"reference": reference(request), **more}, status=201)


# ---------------------------------------------------------------- around every request


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)
    except web.HTTPException as error:
        body = {"error": {"code": "http", "message": error.reason}}
        return web.json_response(body, status=error.status)


@web.middleware
async def _switches(request: web.Request, handler: Handler) -> web.StreamResponse:
    delay = request.headers.get("X-Demo-Delay", request.query.get("delay", "0"))
    fail = request.headers.get("X-Demo-Fail", request.query.get("fail", ""))
    try:
        seconds = min(max(float(delay), 0.0), _MAX_DELAY_S)
    except ValueError:
        raise Refused(400, "bad_delay", "delay is a number of seconds") from None
    if seconds:
        await asyncio.sleep(seconds)
    if fail:
        if not re.fullmatch(r"[45]\d\d", fail):
            raise Refused(400, "bad_fail", "fail is a status from 400 to 599")
        raise Refused(int(fail), "demo", "failed as asked for")
    return await handler(request)


@web.middleware
async def _idempotent(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key", "")
    known = request.app[COUNTER].answered
    if not key or request.method == "GET":
        return await handler(request)
    if key in known:
        status, body = known[key]
        return web.json_response(body, status=status)
    response = await handler(request)
    if isinstance(response, web.Response) and response.text is not None:
        known[key] = response.status, json.loads(response.text)
        if len(known) > _KEYS_KEPT:
            known.popitem(last=False)
    return response


# ---------------------------------------------------------------- reading


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        body = await request.json()
    except ValueError:
        raise Refused(400, "bad_json", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_json", "the body is not a JSON object")
    return body


def text_of(body: dict[str, Any], name: str) -> str:
    """One of its texts."""
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > 100:
        raise Refused(400, "bad_field", f"{name} is missing, or no text")
    return value


def moment_of(body: dict[str, Any]) -> tuple[datetime.date, str]:
    """Its `date`, and its `time` as HH:MM."""
    try:
        day = datetime.date.fromisoformat(text_of(body, "date"))
        time = datetime.time.fromisoformat(text_of(body, "time"))
    except ValueError:
        raise Refused(400, "bad_field", "date is YYYY-MM-DD and time HH:MM") from None
    return day, time.isoformat("minutes")
