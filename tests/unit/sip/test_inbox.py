"""What waits for the reader of a leg."""

from __future__ import annotations

import asyncio

import numpy as np

from voicebot.core.audio import Samples
from voicebot.core.ports import Audio, Keyed, LegEnded, LegEvent
from voicebot.sip.inbox import MAX_UNREAD_MS, Inbox
from voicebot.sip.ticker import mixed


def sound(value: int, count: int = 160) -> Samples:
    return np.full(count, value, dtype=np.int16)


async def read_all(inbox: Inbox) -> list[LegEvent]:
    inbox.push(LegEnded(200))
    return [event async for event in inbox.read()]


async def test_sound_is_joined_but_never_past_another_event() -> None:
    inbox = Inbox()
    inbox.add_sound(sound(1), sound(2), 8000)
    inbox.add_sound(sound(3), sound(4), 8000)
    inbox.push(Keyed("1", "info"))
    inbox.add_sound(sound(5), sound(6), 8000)
    first, key, second, ended = await read_all(inbox)
    assert isinstance(first, Audio)
    assert isinstance(second, Audio)
    assert first.heard.samples.tolist() == [1] * 160 + [3] * 160
    assert first.played.samples.tolist() == [2] * 160 + [4] * 160
    assert second.heard.samples.tolist() == [5] * 160
    assert (key, ended) == (Keyed("1", "info"), LegEnded(200))


async def test_the_oldest_sound_is_dropped_when_nobody_reads() -> None:
    inbox = Inbox()
    frames = MAX_UNREAD_MS // 20 + 3
    for number in range(frames):
        inbox.add_sound(sound(number), sound(0), 8000)
        if number == 0:
            inbox.push(Keyed("5", "info"))
    key, audio, _ = await read_all(inbox)
    assert key == Keyed("5", "info")
    assert isinstance(audio, Audio)
    assert audio.heard.duration_ms == MAX_UNREAD_MS
    assert audio.heard.samples[0] == 3
    assert inbox.dropped_ms == 60


async def test_a_reader_who_waits_is_woken() -> None:
    inbox = Inbox()
    reading = asyncio.ensure_future(anext(inbox.read()))
    await asyncio.sleep(0)
    inbox.add_sound(sound(1), sound(1), 8000)
    assert isinstance(await reading, Audio)


def test_a_mix_is_clipped_and_aligned_at_the_end() -> None:
    assert mixed(sound(30_000, 3), sound(30_000, 2)).tolist() == [30_000, 32_767, 32_767]
    assert mixed(sound(1, 2), sound(2, 4)).tolist() == [3, 3]
    assert mixed(sound(1, 2), sound(0, 0)).tolist() == [1, 1]
