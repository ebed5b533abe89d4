"""The JSON API for calls.

    GET /api/calls?since&until&caller&outcome&flow&text&limit&cursor   {"calls", "cursor"}
    GET /api/calls/{id}                       {"call", "facts", "transcript"}
    GET /api/calls/{id}/recording             audio/wav, with Range
    GET /api/live                             {"calls", "now"}

Times are ISO 8601 with zone, durations in ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from voicebot.core.call import Outcome
from voicebot.store.query import CallFilter
from voicebot.store.rows import cdr_json, fact_json
from voicebot.store.transcript import transcript
from voicebot.web.errors import ApiError
from voicebot.web.ports import Calls

MOST = 200
_PARAMETERS = {"since", "until", "caller", "outcome", "flow", "text", "limit", "cursor"}
_T = TypeVar("_T")


def add(app: web.Application, calls: Calls, data: Path) -> None:
    """Add the API to an application."""
    api = _Api(calls, data)
    app.router.add_get("/api/calls", api.list)
    app.router.add_get("/api/calls/{id}", api.show)
    app.router.add_get("/api/calls/{id}/recording", api.recording)
    app.router.add_get("/api/live", api.live)


class _Api:
    """The handlers."""

    def __init__(self, calls: Calls, data: Path) -> None:
        self._calls = calls
        self._data = data

    async def list(self, request: web.Request) -> web.Response:
        wanted = parse_filter(dict(request.query))
        try:
            page = await asyncio.to_thread(self._calls.list, wanted)
        except ValueError as error:
            raise ApiError(400, "bad-cursor", str(error), "begin without a cursor") from None
        body = {"calls": [cdr_json(cdr) for cdr in page.calls], "cursor": page.cursor}
        return web.json_response(body)

    async def show(self, request: web.Request) -> web.Response:
        call = request.match_info["id"]
        facts = await asyncio.to_thread(self._calls.facts, call)
        cdr = await asyncio.to_thread(self._calls.get, call)
        if cdr is None:
            raise _no_such_call()
        body = {
            "call": cdr_json(cdr),
            "facts": [fact_json(fact) for fact in facts],
            "transcript": [asdict(line) for line in transcript(facts)],
        }
        return web.json_response(body)

    async def live(self, _request: web.Request) -> web.Response:
        running = await asyncio.to_thread(self._calls.running)
        now = datetime.now(UTC).isoformat()
        return web.json_response({"calls": [cdr_json(cdr) for cdr in running], "now": now})

    async def recording(self, request: web.Request) -> web.StreamResponse:
        cdr = await asyncio.to_thread(self._calls.get, request.match_info["id"])
        if cdr is None:
            raise _no_such_call()
        path = await asyncio.to_thread(find_recording, self._data, cdr.recording)
        if path is None:
            raise ApiError(404, "no-recording", "this call has no recording")
        return web.FileResponse(path, headers={"Content-Type": "audio/wav"})


def find_recording(data: Path, name: str) -> Path | None:
    """The file of that name below `data`; None where there is none, or it is elsewhere."""
    if not name:
        return None
    path = (data / name).resolve()
    inside = path.is_relative_to(data.resolve()) and path.suffix == ".wav"
    return path if inside and path.is_file() else None


def parse_filter(query: dict[str, str]) -> CallFilter:
    """Read the parameters of a list. Raises `ApiError`."""
    if unknown := sorted(query.keys() - _PARAMETERS):
        hint = f"known are {', '.join(sorted(_PARAMETERS))}"
        raise ApiError(400, "unknown-parameter", f"{unknown[0]!r} is no parameter", hint)
    return CallFilter(
        since=_read(query, "since", _time),
        until=_read(query, "until", _time),
        caller=query.get("caller", ""),
        outcome=_read(
            query, "outcome", lambda text: "running" if text == "running" else Outcome(text)
        ),
        flow=query.get("flow", ""),
        text=query.get("text", ""),
        limit=_read(query, "limit", _limit) or 50,
        cursor=query.get("cursor", ""),
    )


def _read(query: dict[str, str], name: str, read: Callable[[str], _T]) -> _T | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return read(text)
    except (ValueError, OverflowError):
        raise ApiError(400, "bad-parameter", f"{name} cannot be read", _HINTS[name]) from None


_HINTS = {
    "since": "a time such as 2026-11-22T15:00:00Z",
    "until": "a time such as 2026-11-22T15:00:00Z",
    "outcome": f"one of {', '.join(Outcome)}, running",
    "limit": f"a number from 1 to {MOST}",
}


def _time(text: str) -> datetime:
    # A plus sign that was not escaped in the address arrives as a space.
    return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ValueError(text)
    return int(text)


def _no_such_call() -> ApiError:
    return ApiError(404, "no-such-call", "there is no call with this id")
