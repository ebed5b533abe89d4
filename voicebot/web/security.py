"""Who may what: the Host header, the tokens, and the headers that tell browsers to be strict.

A page of another site must not read calls through a visitor's browser, nor change anything: there
is no CORS, a name that was rebound to this address (DNS rebinding) is not answered, and what
changes something must come from a page of our own, or from no page at all.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from voicebot.core.access import Permission, Role, permissions_of
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
    # With `no-referrer` browsers would send `Origin: null` with our own sign-in.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PROBES = ("/healthz", "/readyz")
_OPEN = (*_PROBES, "/login", "/static/")
"""Nothing of a call is behind these."""
_OWN = (
    frozenset({"/agent", "/api/me", "/api/calls/{id}/context", "/api/escalations"})
    | {f"/api/calls/{{id}}/disposition{plural}" for plural in ("", "s")}
    | {f"/api/calls/{{id}}/transfer{s}" for s in ("", "/complete", "/conference", "/take-back")}
    | {f"/api/calls/{{id}}/{step}" for step in ("hold", "resume", "mute", "unmute")}
)
_OWN_BELOW = "/api/agents/{agent}"
"""Routes at which whoever has a token may ask: their handlers tell what is whose. At every other
one it takes the permission to read calls, and what its handler asks for besides."""
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks."""

    name: str
    """For the audit log: a token's name, or `local` for whoever is at this machine."""
    permissions: frozenset[Permission]
    queues: tuple[str, ...] = ()
    """Only these; all where empty."""

    def may(self, permission: Permission) -> bool:
        """Whether it is among the permissions."""
        return permission in self.permissions


LOCAL = Who("local", permissions_of(Role.ADMIN))
"""Whoever is at this machine, where there is no token."""
ADMIN = Who("admin", permissions_of(Role.ADMIN))
"""Whoever has the console's one token."""

_WHO = web.RequestKey("who", Who)


def who(request: web.Request) -> Who:
    """Who sent a request, as the guard found."""
    return request[_WHO]


def require(request: web.Request, permission: Permission) -> Who:
    """Who sent it, if they may do this; raises `ApiError`."""
    asking = who(request)
    if not asking.may(permission):
        hint = f"it takes the permission {permission}"
        raise ApiError(403, "not-permitted", "this token may not do that", hint)
    return asking


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """On every response, errors and streams included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def guard(settings: WebSettings) -> Middleware:
    """Check Host, then who it is, then whether that place is for them."""
    names = {"localhost", settings.host, *settings.allowed_hosts}
    people = _people(settings)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _PROBES:
            return await handler(request)
        if not _is_known(request.headers.get("Host", ""), names):
            hint = "use an IP address, or add the name to the console's allowed hosts"
            raise ApiError(421, "unknown-host", "the console has no such name", hint)
        if request.method not in _READING:
            _check_origin(request)
        if not request.path.startswith(_OPEN):
            request[_WHO] = _identified(request, people) if people else LOCAL
            if not _is_own(request):
                _check_place(request)
        return await handler(request)

    return middleware


def _people(settings: WebSettings) -> dict[str, Who]:
    """By token."""
    named = {
        one.token: Who(one.name, permissions_of(one.role, one.permissions), one.queues)
        for one in settings.tokens
    }
    return {settings.token: ADMIN, **named} if settings.token else named


def session_of(token: str) -> str:
    """What the browser keeps in place of the token."""
    return hmac.new(token.encode(), b"console session", hashlib.sha256).hexdigest()


def is_token(given: str, token: str) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(given.encode(), token.encode())


def token_of(settings: WebSettings, given: str) -> str:
    """The token that was given, if it is one; empty if not."""
    return next((token for token in _people(settings) if is_token(given, token)), "")


def _identified(request: web.Request, people: Mapping[str, Who]) -> Who:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    bearer = bearer.strip() if scheme.lower() == "bearer" else ""
    cookie = request.cookies.get(COOKIE, "")
    for token, person in people.items():
        if is_token(bearer, token) or is_token(cookie, session_of(token)):
            return person
    if request.path in ("/", "/agent", "/supervisor"):
        raise web.HTTPFound("/login")
    hint = "send the header Authorization: Bearer TOKEN, or sign in at /login"
    raise ApiError(401, "token-required", "the console's token is missing or wrong", hint)


def _is_own(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    if resource is None:  # There is no such place.
        return True
    return resource.canonical in _OWN or resource.canonical.startswith(_OWN_BELOW)


def _check_place(request: web.Request) -> None:
    """Where no handler asks for more, one must be allowed to read calls."""
    if request.path == "/" and not who(request).may(Permission.READ_CALLS):
        raise web.HTTPFound("/agent")
    require(request, Permission.READ_CALLS)


def _check_origin(request: web.Request) -> None:
    """Browsers say from which page a request comes (Fetch Metadata; RFC 6454)."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    host = request.headers.get("Host", "")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != host):
        raise ApiError(403, "other-site", "a page of another site may not do that")


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
