"""The real back end, for a call in virtual time: it is asked by a thread, and time stands still."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from voicebot.config.secret_files import read_secrets
from voicebot.config.settings import HotlineFile
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.web.backend import HttpBackend


class LiveBackend:
    """Implements `core.ports.Backend`."""

    def __init__(self, backend: HttpBackend, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` runs in another thread."""
        self._backend, self._loop = backend, loop

    async def request(self, request: BackendRequest) -> BackendReply:
        """Ask, and wait for it. Raises `EngineError`."""
        asking = self._backend.request(request)
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result()


@contextmanager
def live_backend(hotline: HotlineFile) -> Iterator[LiveBackend]:
    """The configured back end's client, until the block is left."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="back end", daemon=True)
    thread.start()
    backend = HttpBackend(hotline.backend, read_secrets(hotline.secrets))
    try:
        yield LiveBackend(backend, loop)
    finally:
        asyncio.run_coroutine_threadsafe(backend.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
