"""A demo desk: what flows tell others by webhook arrives here, and can be looked at.

    POST /desk/{box} {...}     -> reference
    GET  /desk/{box}           -> items: the latest first, at most 100

Boxes are made as they are used: reminders, refills, callbacks, messages, emergencies.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from aiohttp import web

from voicebot.web.demo_http import Refused, body_of, done

_BOXES, _ITEMS = 20, 100
Boxes = dict[str, deque[dict[str, Any]]]
_DESK = web.AppKey("desk", Boxes)


def add_to(app: web.Application) -> None:
    """Serve the desk, too."""
    app[_DESK] = {}
    app.add_routes([web.post("/desk/{box}", _put), web.get("/desk/{box}", _look)])


async def _put(request: web.Request) -> web.Response:
    boxes, name = request.app[_DESK], request.match_info["box"]
    if name not in boxes and len(boxes) >= _BOXES:
        raise Refused(409, "too_many", "there are too many boxes already")
    boxes.setdefault(name, deque(maxlen=_ITEMS)).appendleft(await body_of(request))
    return done(request)


async def _look(request: web.Request) -> web.Response:
    items = request.app[_DESK].get(request.match_info["box"], deque())
    return web.json_response({"items": list(items)})
