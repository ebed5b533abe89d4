"""One JSON shape for every error: `{"error": {"code", "message", "hint"}}`."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from voicebot.core.errors import EngineError

log = logging.getLogger(__name__)


class ApiError(Exception):
    """A request that gets no answer, and why."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.hint = status, code, hint


def error_response(status: int, code: str, message: str, hint: str = "") -> web.Response:
    """The shape."""
    body = {"error": {"code": code, "message": message, "hint": hint}}
    return web.json_response(body, status=status)


@web.middleware
async def as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever a handler raises in the one shape."""
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(error.status, error.code, str(error), error.hint)
    except web.HTTPException as error:
        return _of_http(error)
    except EngineError as error:
        hint = "calls go on and nothing is lost; see the log"
        return error_response(503, "store-away", str(error), hint)
    except ConnectionResetError:
        raise
    except Exception:
        log.exception("a request to the console failed")
        return error_response(500, "internal", "this request failed; the log says why")


def _of_http(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        raise error
    code = (error.reason or "error").lower().replace(" ", "-")
    answer = error_response(error.status, code, error.reason or "error")
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer
