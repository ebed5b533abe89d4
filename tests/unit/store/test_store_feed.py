from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from voicebot.store.feed import Feed, Gap, Published


async def take(subscription: Any, count: int) -> list[Any]:
    async with asyncio.timeout(5):
        return [await subscription.get() for _ in range(count)]


def seqs(items: list[Any]) -> list[int]:
    return [item.fact.seq if isinstance(item, Published) else -1 for item in items]


async def test_facts_come_in_order_to_everyone(pen: Any) -> None:
    feed, write = Feed(), pen("one")
    with feed.subscribe() as first, feed.subscribe() as second:
        for fact in (facts := [write("tagged", tag="x") for _ in range(5)]):
            feed.publish(fact)
        assert [item.fact for item in await take(first, 5)] == facts
        assert [item.fact for item in await take(second, 5)] == facts


async def test_facts_from_other_threads(pen: Any) -> None:
    feed, write = Feed(), pen("one")
    facts = [write("tagged", tag="x") for _ in range(200)]
    with feed.subscribe() as subscription:
        thread = threading.Thread(target=lambda: [feed.publish(fact) for fact in facts])
        thread.start()
        assert [item.fact for item in await take(subscription, 200)] == facts
        thread.join()


async def test_one_call_only_with_what_is_still_known_of_it(pen: Any) -> None:
    feed, one, two = Feed(), pen("one"), pen("two")
    for fact in [one("tagged"), two("tagged"), one("tagged")]:
        feed.publish(fact)
    with feed.subscribe(call="one") as subscription:
        for fact in [two("tagged"), one("tagged")]:
            feed.publish(fact)
        items = await take(subscription, 3)
    assert [(item.fact.call, item.fact.seq) for item in items] == [("one", n) for n in range(3)]


async def test_who_comes_back_goes_on_where_it_was(pen: Any) -> None:
    feed, write = Feed(ring_events=4), pen("one")
    with feed.subscribe() as subscription:
        feed.publish(write("tagged"))
        (last,) = await take(subscription, 1)
    for _ in range(4):
        feed.publish(write("tagged"))
    with feed.subscribe(after=last.id) as subscription:
        assert seqs(await take(subscription, 4)) == [1, 2, 3, 4]
    feed.publish(write("tagged"))
    with feed.subscribe(after=last.id) as subscription:
        assert seqs(await take(subscription, 5)) == [-1, 2, 3, 4, 5]


@pytest.mark.parametrize("after", ["abcdef-3", "nonsense", "-", "9", "x-²"])
async def test_a_place_of_another_run_is_a_gap(pen: Any, after: str) -> None:
    feed = Feed()
    feed.publish(pen("one")("tagged"))
    with feed.subscribe(after=after) as subscription:
        assert await take(subscription, 1) == [Gap()]


async def test_who_is_too_slow_is_dropped_with_a_mark(pen: Any) -> None:
    feed, write = Feed(subscriber_events=3), pen("one")
    with feed.subscribe() as slow, feed.subscribe() as quick:
        for _ in range(5):
            feed.publish(write("tagged"))
            await take(quick, 1)
        items = await take(slow, 5)
        assert seqs(items[:3]) == [0, 1, 2]
        assert items[3:] == [Gap(), None]
        feed.publish(write("tagged"))
        assert seqs(await take(quick, 1)) == [5]


async def test_a_subscriber_whose_loop_is_gone_harms_nobody(pen: Any) -> None:
    feed, write = Feed(), pen("one")

    async def leave() -> None:
        feed.subscribe()

    await asyncio.to_thread(lambda: asyncio.run(leave()))
    with feed.subscribe() as subscription:
        feed.publish(write("tagged"))
        feed.publish(write("tagged"))
        assert seqs(await take(subscription, 2)) == [0, 1]


async def test_the_end_comes_after_what_is_queued(pen: Any) -> None:
    feed = Feed()
    subscription = feed.subscribe()
    feed.publish(pen("one")("tagged"))
    await asyncio.sleep(0)
    subscription.close()
    assert [item async for item in subscription] == await take_none(1, subscription)


async def take_none(count: int, subscription: Any) -> list[Any]:
    """What was queued, as the ring has it."""
    with subscription._feed.subscribe(call="one") as again:
        return await take(again, count)
