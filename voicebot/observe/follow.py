"""Follows the feed of facts, without ever holding up a call."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from voicebot.core.record import Fact
from voicebot.store.feed import Feed, Gap, Published

log = logging.getLogger(__name__)


class Taker(Protocol):
    """A fold over facts."""

    def take(self, fact: Fact) -> None: ...

    def missed(self) -> None:
        """Facts are missing here."""
        ...


@asynccontextmanager
async def following(feed: Feed, takers: Sequence[Taker]) -> AsyncIterator[None]:
    """While inside, every fact is given to every taker, on the running loop."""
    task = asyncio.create_task(_follow(feed, takers), name="observe")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(feed: Feed, takers: Sequence[Taker]) -> None:
    after = ""
    while True:
        # A subscription ends where it fell too far behind: go on with a new one.
        with feed.subscribe(after=after) as items:
            async for item in items:
                if isinstance(item, Published):
                    after = item.id
                for taker in takers:
                    _give(taker, item)


def _give(taker: Taker, item: Published | Gap) -> None:
    """A fold that fails costs its own figures, never a call."""
    try:
        if isinstance(item, Gap):
            taker.missed()
        else:
            taker.take(item.fact)
    except Exception:
        log.exception("a fact could not be observed")
