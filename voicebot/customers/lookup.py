"""One look-up: the profile, wherever it is, with our own tags and what earlier calls tell.

    number ─▶ file, back end or database of the operator's ─▶ profile ─┬─▶ Customer
                                          tags, earlier calls ─────────┘
    number ─▶ own table, tags, earlier calls: in one go ──▶ Customer

What blocks does so in threads of its own, few of them: a database that hangs holds up the next
look-ups, which calls do not wait for, and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from voicebot.core.customers import NOBODY, Customer, Kept
from voicebot.core.errors import EngineError
from voicebot.customers.profile import spellings

log = logging.getLogger(__name__)

T = TypeVar("T")
THREADS = 4


class Blocking(Protocol):
    """A file, a database."""

    def look(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """By id, or else by one of the numbers. Raises `EngineError`."""
        ...


class Asking(Protocol):
    """A back end."""

    async def ask(self, numbers: tuple[str, ...], id: str) -> Customer | None: ...


class Records(Protocol):
    """What is kept here of everybody. Blocks. Raises `EngineError`."""

    def of(self, profile: Customer, numbers: Collection[str], now: datetime) -> Kept:
        """Of whom another source knows, or of these numbers."""
        ...

    def whole(self, numbers: Collection[str], id: str, now: datetime) -> tuple[Customer, Kept]:
        """The profile that is kept here, too."""
        ...


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

    def __init__(self, source: Asking | None, records: Records, region: str = "") -> None:
        """`source`: who has the profiles; None: they are with the records."""
        self._source, self._records, self._region = source, records, region
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="callers' records")

    async def find(self, *, number: str = "", id: str = "") -> Customer:
        """By the number as the network gives it, or by an id."""
        numbers = spellings(number, self._region)
        if not numbers and not id:
            return NOBODY
        profile, kept = await self._whole(numbers, id)
        return replace(
            profile,
            number=next(iter((*numbers, *profile.numbers)), ""),
            tags=tuple(dict.fromkeys((*profile.tags, *kept.tags))),
            last_agent=kept.past.last_agent,
            last_intent=kept.past.last_intent,
            calls_24h=kept.past.calls_24h,
        )

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _whole(self, numbers: tuple[str, ...], id: str) -> tuple[Customer, Kept]:
        now = datetime.now(UTC)
        try:
            if self._source is None:
                return await self._here(self._records.whole, numbers, id, now)
            profile = await self._source.ask(numbers, id) or NOBODY
        except EngineError as error:
            log.warning("a customer cannot be looked up", extra={"reason": str(error)})
            profile = replace(NOBODY, error=str(error))
            if self._source is None:
                return profile, Kept()
        try:
            return profile, await self._here(self._records.of, profile, numbers, now)
        except EngineError as error:
            # A database that is away costs nobody the profile.
            log.warning("a customer's past cannot be read", extra={"reason": str(error)})
            return profile, Kept()

    async def _here(self, work: Callable[..., T], *asked: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *asked)
