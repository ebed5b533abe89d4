"""The operator's back end by HTTP: what the flow's http nodes ask.

Error texts name what failed and never the address, for callers' data is in its path.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.secret_marks import with_secrets
from voicebot.web.settings import BackendSettings

_FOLLOWED = {301, 302, 303, 307, 308}


class HttpBackend:
    """Implements `core.ports.Backend`. Made anywhere, used and closed on one event loop."""

    def __init__(
        self, settings: BackendSettings | None = None, secrets: Mapping[str, str] | None = None
    ) -> None:
        """`secrets` by the names that headers have."""
        self._settings = settings or BackendSettings()
        self._secrets = secrets or {}
        self._session: aiohttp.ClientSession | None = None

    async def request(self, request: BackendRequest) -> BackendReply:
        """Ask; any status is an answer. Raises `EngineError`: `timeout` is in its text where no
        answer came within `timeout_ms`, all redirects and the reading of the body included."""
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                return await self._follow(request)
        except TimeoutError:
            raise EngineError(f"back end: timeout after {request.timeout_ms} ms") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The library's texts hold the address.
            raise EngineError(f"back end: {_what_failed(error)}") from None

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _follow(self, request: BackendRequest) -> BackendReply:
        url = _address(request.url)
        for _ in range(self._settings.max_redirects + 1):
            reply, location = await self._ask(request, url)
            if location is None:
                return reply
            url = _next_address(url, location)
            if reply.status == 303:
                request = replace(request, method="GET", body=None, form=None)
        raise EngineError("back end: too many redirects")

    async def _ask(self, request: BackendRequest, url: URL) -> tuple[BackendReply, str | None]:
        """One exchange: the reply, and where it redirects to."""
        session = self._open_session()
        async with session.request(
            request.method.upper(),
            url,
            headers=_headers(request, self._secrets),
            data=body_bytes(request),
            allow_redirects=False,
        ) as response:
            body = await self._read(response)
            redirects = response.status in _FOLLOWED and _may_follow(request, response.status)
            location = response.headers.get("Location") if redirects else None
            return BackendReply(response.status, body), location

    async def _read(self, response: aiohttp.ClientResponse) -> object:
        most = self._settings.max_reply_bytes
        data = bytearray()
        async for piece in response.content.iter_chunked(65_536):
            data += piece
            if len(data) > most:
                response.close()
                raise EngineError(f"back end: the reply is larger than {most} bytes")
        try:
            text = data.decode(response.charset or "utf-8")
        except (UnicodeDecodeError, LookupError):
            text = data.decode("utf-8", "replace")
        return parse_body(text)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


def parse_body(text: str) -> object:
    """The JSON value, or the text where it is none; None where there is nothing."""
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def body_bytes(request: BackendRequest) -> bytes | None:
    """What is sent, to the byte; None for nothing."""
    if request.form is not None:
        return urlencode(request.form).encode()
    return json.dumps(request.body).encode() if request.body is not None else None


def _headers(request: BackendRequest, secrets: Mapping[str, str]) -> dict[str, str]:
    """Raises `EngineError` for a secret that is not configured."""
    headers = {"Accept": "application/json"}
    if request.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif request.body is not None:
        headers["Content-Type"] = "application/json"
    if request.idempotency_key:
        headers["Idempotency-Key"] = request.idempotency_key
    own = {name: with_secrets(text, secrets) for name, text in request.headers.items()}
    return {**headers, **own}


def _address(url: str) -> URL:
    address = URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise EngineError("back end: the address is not one of http or https")
    return address


def _next_address(url: URL, location: str) -> URL:
    target = url.join(URL(location))
    if target.origin() != url.origin():
        raise EngineError("back end: a redirect to another host is not followed")
    return target


def _may_follow(request: BackendRequest, status: int) -> bool:
    """What was not only read is sent once more only where the reply says so (RFC 9110, 15.4)."""
    return request.method.upper() in ("GET", "HEAD") or status in (303, 307, 308)


def _what_failed(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "its host name is not known"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted"
        case aiohttp.ClientConnectorError() | ConnectionRefusedError():
            return "no connection"
        case aiohttp.ServerDisconnectedError() | ConnectionResetError():
            return "it hung up before it answered"
        case aiohttp.InvalidURL():
            return "the address cannot be read"
        case _:
            return type(error).__name__
