"""Back ends as flows name them, with the demo bank where it does not run."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from voicebot.config.secret_files import read_secrets
from voicebot.config.settings import HotlineFile
from voicebot.core.ports import Backend, BackendReply, BackendRequest
from voicebot.web.backend import HttpBackend
from voicebot.web.demo_bank import serving

_DEMO_PORT = 8091


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A back end whose demo services are at another address than flows say."""

    backend: Backend
    base: str

    async def request(self, request: BackendRequest) -> BackendReply:
        parts = urlsplit(request.url)
        is_demo = parts.hostname in ("127.0.0.1", "localhost") and parts.port == _DEMO_PORT
        if is_demo:
            moved = urlsplit(self.base)
            url = parts._replace(scheme=moved.scheme, netloc=moved.netloc).geturl()
            request = replace(request, url=url)
        return await self.backend.request(request)


async def back_end(stack: AsyncExitStack, hotline: HotlineFile, *, own: bool) -> Backend:
    """Back ends as flows say; the demo services are started where they do not run."""
    backend = HttpBackend(hotline.backend, read_secrets(hotline.secrets))
    stack.push_async_callback(backend.close)
    if not own and await _answers(_DEMO_PORT):
        return backend
    return _Elsewhere(backend, await stack.enter_async_context(serving()))


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
