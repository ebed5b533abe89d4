"""The JSON API for numbers: GET /api/report?since&until&by&preset&within."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web

from voicebot.queueing.figures.numbers import Terms
from voicebot.queueing.figures.report import By
from voicebot.store.reports import PRESETS, group_json, make_report
from voicebot.web.errors import ApiError
from voicebot.web.registry import Registry

_T = TypeVar("_T")
LONGEST = timedelta(days=92)


def add(app: web.Application, registry: Registry) -> None:
    """Add the API to an application."""

    async def show(request: web.Request) -> web.Response:
        query, now = request.query, datetime.now(UTC)
        since = _time(query.get("since", ""), "since", now - timedelta(days=7))
        until = min(now, _time(query.get("until", ""), "until", now))
        if not timedelta() < until - since <= LONGEST:
            raise ApiError(400, "bad-parameter", "this is no period", "92 days at most")
        preset = _one_of(query.get("preset", "80/20"), "preset", PRESETS)
        by = By(_one_of(query.get("by", "all"), "by", {one.value: one for one in By}))
        within_s = _seconds(query.get("within", ""), preset.within_s)
        groups = await asyncio.to_thread(
            make_report,
            registry.reported,
            since=since,
            until=until,
            now=now,
            by=by,
            terms=Terms(within_s),
            zone=registry.zone,
        )
        body = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "within_s": within_s,
            "zone": getattr(registry.zone, "key", None) or now.astimezone(registry.zone).tzname(),
            "groups": [group_json(group, preset) for group in groups],
        }
        return web.json_response(body)

    app.router.add_get("/api/report", show)


def _time(text: str, name: str, otherwise: datetime) -> datetime:
    try:
        # A plus sign that was not escaped in the address arrives as a space.
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC) if text else otherwise
    except (ValueError, OverflowError):
        hint = "a time such as 2026-11-22T15:00:00Z"
        raise ApiError(400, "bad-parameter", f"{name} cannot be read", hint) from None


def _one_of(text: str, name: str, known: Mapping[str, _T]) -> _T:
    if text not in known:
        raise ApiError(400, "bad-parameter", f"{name} cannot be read", f"one of {', '.join(known)}")
    return known[text]


def _seconds(text: str, otherwise: float) -> float:
    try:
        value = float(text) if text else otherwise
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise ApiError(400, "bad-parameter", "within cannot be read", "a number of seconds")
    return value
