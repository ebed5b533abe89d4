"""What comes with a request: a JSON object, and nothing in it that nobody asks for."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from voicebot.web.errors import ApiError


async def read_object(request: web.Request, **wanted: type) -> dict[str, Any]:
    """The object's values by name, of the types in `wanted`; one that is left out is not there.
    No body is an empty object. Raises `ApiError`."""
    try:
        body = json.loads(await request.text() or "{}") if request.can_read_body else {}
    except (ValueError, UnicodeDecodeError):
        raise ApiError(400, "bad-json", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "bad-json", "the body is no JSON object")
    for name, value in body.items():
        if name not in wanted:
            hint = f"known are {', '.join(sorted(wanted))}" if wanted else "send no body"
            raise ApiError(400, "unknown-field", f"{name!r} is no field", hint)
        if not isinstance(value, wanted[name]) or isinstance(value, bool) is not (
            wanted[name] is bool
        ):
            raise ApiError(400, "bad-field", f"{name} is no {_NAMES[wanted[name]]}")
    return body


_NAMES = {str: "text", int: "whole number", bool: "true or false", list: "list", dict: "object"}
