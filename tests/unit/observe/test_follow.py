from __future__ import annotations

import asyncio
from collections.abc import Callable

from voicebot.core.record import Fact
from voicebot.observe.follow import following
from voicebot.store.feed import Feed


class Notes:
    """Writes down what it is given; fails on the facts of a call named `bad`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.enough, self.gap = asyncio.Event(), asyncio.Event()

    def take(self, fact: Fact) -> None:
        if fact.call == "bad":
            raise ValueError("as asked")
        self.seen.append(fact.call)
        if fact.call == "last":
            self.enough.set()

    def missed(self) -> None:
        self.seen.append("gap")
        self.gap.set()


async def test_every_taker_gets_every_fact(fact: Callable[..., Fact]) -> None:
    feed, one, two = Feed(), Notes(), Notes()
    async with following(feed, [one, two]), asyncio.timeout(10):
        await asyncio.sleep(0)
        for call in ("a", "b", "last"):
            feed.publish(fact("rang", call=call))
        await asyncio.gather(one.enough.wait(), two.enough.wait())
    assert one.seen == two.seen == ["a", "b", "last"]


async def test_a_taker_that_fails_costs_nobody_else(fact: Callable[..., Fact]) -> None:
    feed, notes = Feed(), Notes()
    async with following(feed, [notes]), asyncio.timeout(10):
        await asyncio.sleep(0)
        for call in ("a", "bad", "last"):
            feed.publish(fact("rang", call=call))
        await notes.enough.wait()
    assert notes.seen == ["a", "last"]


async def test_falling_behind_is_told_and_goes_on(fact: Callable[..., Fact]) -> None:
    feed, notes = Feed(ring_events=3, subscriber_events=2), Notes()
    async with following(feed, [notes]), asyncio.timeout(10):
        await asyncio.sleep(0)
        for number in range(10):
            feed.publish(fact("rang", call=f"c{number}"))
        await notes.gap.wait()
        while "last" not in notes.seen:
            feed.publish(fact("rang", call="last"))
            await asyncio.sleep(0)
    assert notes.seen[:3] == ["c0", "c1", "gap"]
