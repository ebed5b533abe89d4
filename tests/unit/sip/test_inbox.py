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


async def test_sound_comes_frame_by_frame_in_order_with_other_events() -> None:
    inbox = Inbox()
    heard, played = np.concatenate([sound(1), sound(3)]), np.concatenate([sound(2), sound(4)])
    inbox.add_sound(heard, played, 8000)
    inbox.push(Keyed("1", "info"))
    inbox.add_sound(sound(5, 320), sound(6, 320), 16_000)
    *events, ended = await read_all(inbox)
    assert [_told(event) for event in events] == [
        (8_000, [1] * 160, [2] * 160),
        (8_000, [3] * 160, [4] * 160),
        Keyed("1", "info"),
        (16_000, [5] * 320, [6] * 320),
    ]
    assert ended == LegEnded(200)


def _told(event: LegEvent) -> object:
    if not isinstance(event, Audio):
        return event
    assert event.heard.rate == event.played.rate
    return event.heard.rate, event.heard.samples.tolist(), event.played.samples.tolist()


async def test_the_oldest_sound_is_dropped_when_nobody_reads() -> None:
    inbox = Inbox()
    frames = MAX_UNREAD_MS // 20 + 3
    for number in range(frames):
        inbox.add_sound(sound(number), sound(0), 8000)
        if number == 0:
            inbox.push(Keyed("5", "info"))
    key, *audio, _ = await read_all(inbox)
    assert key == Keyed("5", "info")
    heard = [event.heard.samples[0] for event in audio if isinstance(event, Audio)]
    assert heard == list(range(3, frames))
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
