"""A back end whose answers the scenario sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply, BackendRequest


@dataclass(frozen=True, slots=True)
class Stub:
    """What is answered to some requests."""

    method: str
    path: str
    """Of the request, with its query where it has a `?`; `*` and `?` as in file names."""
    body: Any = None
    """Members that the request's body must have; None for any."""
    reply: BackendReply | None = None
    """None: it never comes."""
    delay_ms: int = 0
    down: bool = False
    """Nothing listens there."""
    is_common: bool = False
    """Of all scenarios of the folder: only where no other fits."""

    def fits(self, request: BackendRequest) -> bool:
        """Whether it answers this request."""
        parts = urlsplit(request.url)
        path = f"{parts.path}?{parts.query}" if "?" in self.path else parts.path
        is_there = fnmatchcase(path, self.path) or fnmatchcase(path, f"*{self.path}")
        return self.method == request.method and is_there and _has(request.body, self.body)


def _has(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(_has(value.get(k), v) for k, v in wanted.items())
    return wanted is None or value == wanted


class StubBackend:
    """Implements `core.ports.Backend`: stubs for one request answer one after the other, the last
    one for good."""

    def __init__(self, stubs: Sequence[Stub] = ()) -> None:
        self.stubs = list(stubs)
        self.unknown: list[str] = []
        """Requests that no stub fits, as method and path."""
        self.pending = 0
        self._used: set[int] = set()

    async def request(self, request: BackendRequest) -> BackendReply:
        stub = self._stub(request)
        if stub is None:
            self.unknown.append(f"{request.method} {urlsplit(request.url).path}")
            raise EngineError("the back end does not answer")
        if stub.down:
            raise EngineError("the back end does not answer")
        self.pending += 1
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                await asyncio.sleep(stub.delay_ms / 1000 if stub.reply else 3_600)
        except TimeoutError:
            raise EngineError("back end: timeout") from None
        finally:
            self.pending -= 1
        assert stub.reply is not None
        return stub.reply

    def _stub(self, request: BackendRequest) -> Stub | None:
        fitting = [n for n, stub in enumerate(self.stubs) if stub.fits(request)]
        fitting = [n for n in fitting if not self.stubs[n].is_common] or fitting
        if not fitting:
            return None
        number = next((n for n in fitting if n not in self._used), fitting[-1])
        self._used.add(number)
        return self.stubs[number]
