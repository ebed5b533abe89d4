"""Who may read: the Host header, the token, and the headers that tell browsers to be strict.

A page of another site must not read calls through a visitor's browser: there is no CORS, and a
name that was rebound to this address (DNS rebinding) is not answered.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from voicebot.web.errors import ApiError
from voicebot.web.settings import WebSettings

COOKIE = "voicebot_session"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PROBES = ("/healthz", "/readyz")
_OPEN = (*_PROBES, "/login", "/static/")
"""Nothing of a call is behind these."""


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """On every response, errors and streams included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def guard(settings: WebSettings) -> Middleware:
    """Check Host, then the token where there is one."""
    names = {"localhost", settings.host, *settings.allowed_hosts}

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _PROBES:
            return await handler(request)
        if not _is_known(request.headers.get("Host", ""), names):
            hint = "use an IP address, or add the name to the console's allowed hosts"
            raise ApiError(421, "unknown-host", "the console has no such name", hint)
        if settings.token and not request.path.startswith(_OPEN):
            _require(request, settings.token)
        return await handler(request)

    return middleware


def session_of(token: str) -> str:
    """What the browser keeps in place of the token."""
    return hmac.new(token.encode(), b"console session", hashlib.sha256).hexdigest()


def is_token(given: str, token: str) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(given.encode(), token.encode())


def _require(request: web.Request, token: str) -> None:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    cookie = request.cookies.get(COOKIE, "")
    if scheme.lower() == "bearer" and is_token(bearer.strip(), token):
        return
    if is_token(cookie, session_of(token)):
        return
    if request.path == "/":
        raise web.HTTPFound("/login")
    hint = "send the header Authorization: Bearer TOKEN, or sign in at /login"
    raise ApiError(401, "token-required", "the console's token is missing or wrong", hint)


def _is_known(host: str, names: set[str]) -> bool:
    """Rebinding needs a name of the attacker's, so addresses are safe."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in {known.lower() for known in names}
    return True
