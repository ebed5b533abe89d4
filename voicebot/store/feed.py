"""Facts as they happen, for subscribers on an event loop.

The latest facts are kept in a ring, numbered, so that a subscriber that lost its connection goes
on where it was. One that is too slow is dropped: the journal never waits for a reader.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType

from voicebot.core.call import CallId
from voicebot.core.record import Fact


@dataclass(frozen=True, slots=True)
class Published:
    """A fact and its place in the feed."""

    id: str
    """Opaque; what `subscribe(after=...)` takes."""
    fact: Fact


@dataclass(frozen=True, slots=True)
class Gap:
    """Facts are missing here (the subscriber was too slow, or came back too late): read the
    calls anew."""


FeedItem = Published | Gap


class Feed:
    """Publishes from any thread to subscribers, each on its own event loop."""

    def __init__(self, *, ring_events: int = 5_000, subscriber_events: int = 1_000) -> None:
        self._lock = threading.Lock()
        self._ring: deque[Published] = deque(maxlen=ring_events)
        self._number = itertools.count()
        self._epoch = secrets.token_hex(4)
        """Numbers of an earlier run of the program mean nothing now."""
        self._room = subscriber_events
        self._subscribers: set[Subscription] = set()

    def publish(self, fact: Fact) -> None:
        """Give the fact to every subscriber; returns at once."""
        with self._lock:
            item = Published(f"{self._epoch}-{next(self._number)}", fact)
            self._ring.append(item)
            subscribers = list(self._subscribers)
            for subscriber in subscribers:
                subscriber._pass_on(item)

    def subscribe(self, *, after: str = "", call: str = "") -> Subscription:
        """Listen from now on, on the running event loop; to be used as a context manager.

        `after`: the id of the last item that was received; what came since is given first, or a
        `Gap` where that is no longer known. `call`: only facts of this call, beginning with
        those that are still in the ring.
        """
        subscription = Subscription(self, asyncio.get_running_loop(), call, self._room)
        with self._lock:
            for item in self._missed(after, call):
                subscription._offer(item)
            self._subscribers.add(subscription)
        return subscription

    def _missed(self, after: str, call: str) -> list[FeedItem]:
        if not after:
            return [*self._ring] if call else []
        epoch, _, number = after.rpartition("-")
        if epoch != self._epoch or not number.isdecimal():
            return [Gap(), *(self._ring if call else ())]
        newer = [item for item in self._ring if _number(item) > int(number)]
        lost = self._ring and _number(self._ring[0]) > int(number) + 1
        return [Gap(), *newer] if lost else [*newer]

    def _leave(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscribers.discard(subscription)


class Subscription:
    """One subscriber's queue."""

    def __init__(self, feed: Feed, loop: asyncio.AbstractEventLoop, call: str, room: int) -> None:
        self._feed, self._loop, self._call, self._room = feed, loop, CallId(call), room
        self._queue: asyncio.Queue[FeedItem | None] = asyncio.Queue()

    async def get(self) -> FeedItem | None:
        """The next item; None at the end. Nothing is lost where it is cancelled."""
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[FeedItem]:
        while (item := await self.get()) is not None:
            yield item

    def close(self) -> None:
        """End it; `get` gives None after what is queued. Harmless if done twice."""
        self._feed._leave(self)
        self._queue.put_nowait(None)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _pass_on(self, item: Published) -> None:
        try:
            self._loop.call_soon_threadsafe(self._offer, item)
        except RuntimeError:
            # Its loop is closed: nobody reads any more.
            self._feed._subscribers.discard(self)

    def _offer(self, item: FeedItem) -> None:
        if self._call and isinstance(item, Published) and item.fact.call != self._call:
            return
        if self._queue.qsize() < self._room:
            self._queue.put_nowait(item)
        elif self in self._feed._subscribers:
            self._queue.put_nowait(Gap())
            self.close()


def _number(item: Published) -> int:
    return int(item.id.rpartition("-")[2])
