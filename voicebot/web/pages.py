"""The page, its files, and the way in where a token is set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from voicebot.web.security import COOKIE, session_of, token_of
from voicebot.web.settings import WebSettings

STATIC = Path(__file__).parent / "static"
_WRONG = "That is not the token."


def add(app: web.Application, settings: WebSettings) -> None:
    """Add the page to an application."""
    app.router.add_get("/", _page)
    app.router.add_get("/agent", _agent_page)
    app.router.add_get("/report", _report_page)
    app.router.add_static("/static/", STATIC, follow_symlinks=False)
    app.router.add_get("/login", _login_page)
    app.router.add_post("/login", _sign_in(settings))


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _agent_page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "agent.html")


async def _report_page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "report.html")


async def _login_page(_request: web.Request) -> web.Response:
    return _login(200, "")


def _login(status: int, notice: str) -> web.Response:
    page = (STATIC / "login.html").read_text(encoding="utf-8")
    page = page.replace("<!-- notice -->", notice)
    return web.Response(text=page, status=status, content_type="text/html")


def _sign_in(settings: WebSettings) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        token = token_of(settings, str(form.get("token", "")).strip())
        if not token:
            return _login(401, _WRONG)
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(
            COOKIE,
            session_of(token),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
        return answer

    return handler
