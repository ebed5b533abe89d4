"""One look-up: the profile, wherever it is, with our own tags and what earlier calls tell.

    number ─┬─▶ file, back end, database or own table ─▶ profile ─┬─▶ tags ─▶ Customer
            └─▶ calls ─▶ last agent, last intent, calls of 24 h ──┘

What blocks does so in threads of its own, few of them: a database that hangs holds up the next
look-ups, which calls do not wait for, and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from voicebot.core.customers import NOBODY, Customer, Past
from voicebot.core.errors import EngineError
from voicebot.customers.profile import spellings

log = logging.getLogger(__name__)

T = TypeVar("T")
THREADS = 4


class Blocking(Protocol):
    """A file, a database, the own table."""

    def look(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """By id, or else by one of the numbers. Raises `EngineError`."""
        ...


class Asking(Protocol):
    """A back end."""

    async def ask(self, numbers: tuple[str, ...], id: str) -> Customer | None: ...


class Records(Protocol):
    """What is kept here of everybody. Blocks. Raises `EngineError`."""

    def tag_names(self, keys: Collection[str]) -> tuple[str, ...]: ...

    def past(self, numbers: Collection[str], now: datetime) -> Past: ...


class Threads:
    """A blocking source, in threads of its own."""

    def __init__(self, source: Blocking) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="customers")

    async def ask(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """Ask it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._source.look, numbers, id)

    def close(self) -> None:
        """Let the threads go; one that hangs is left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CustomerLookup:
    """Implements `core.customers.Customers`. Used on one event loop."""

    def __init__(self, source: Asking, records: Records, region: str = "") -> None:
        self._source, self._records, self._region = source, records, region
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="customers' past")

    async def find(self, *, number: str = "", id: str = "") -> Customer:
        """By the number as the network gives it, or by an id."""
        numbers = spellings(number, self._region)
        profile, past = await asyncio.gather(self._profile(numbers, id), self._past(numbers))
        keys = tuple(dict.fromkeys(k for k in (profile.id, *profile.numbers, *numbers) if k))
        nothing: tuple[str, ...] = ()
        tags = await self._own(lambda: self._records.tag_names(keys), nothing)
        return replace(
            profile,
            number=next(iter((*numbers, *profile.numbers)), ""),
            tags=tuple(dict.fromkeys((*profile.tags, *tags))),
            last_agent=past.last_agent,
            last_intent=past.last_intent,
            calls_24h=past.calls_24h,
        )

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _profile(self, numbers: tuple[str, ...], id: str) -> Customer:
        try:
            return await self._source.ask(numbers, id) or NOBODY
        except EngineError as error:
            log.warning("a customer cannot be looked up", extra={"reason": str(error)})
            return replace(NOBODY, error=str(error))

    def _past(self, numbers: tuple[str, ...]) -> Awaitable[Past]:
        return self._own(lambda: self._records.past(numbers, datetime.now(UTC)), Past())

    async def _own(self, work: Callable[[], T], otherwise: T) -> T:
        """What is kept here; a database that is away costs nobody the profile."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except EngineError as error:
            log.warning("a customer's past cannot be read", extra={"reason": str(error)})
            return otherwise
