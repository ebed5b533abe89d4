"""What happened on a leg and was not read yet: in order, sound joined, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from voicebot.core.audio import Pcm, Samples
from voicebot.core.ports import Audio, LegEnded, LegEvent

MAX_UNREAD_MS = 10_000
"""Sound kept for a reader who does not come; the oldest is dropped, in ms."""


@dataclass(slots=True)
class _Sound:
    """Consecutive pieces of sound with no other event between them."""

    rate: int
    heard: list[Samples]
    played: list[Samples]

    def audio(self) -> Audio:
        return Audio(Pcm(_joined(self.heard), self.rate), Pcm(_joined(self.played), self.rate))


def _joined(parts: list[Samples]) -> Samples:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class Inbox:
    """For one reader, on one loop."""

    def __init__(self) -> None:
        self._events: deque[LegEvent | _Sound] = deque()
        self._reader: asyncio.Future[None] | None = None
        """Waits for the next event."""
        self._unread_ms = 0.0
        self.dropped_ms = 0.0
        """Sound that was dropped because nobody read it, in ms."""

    def push(self, event: LegEvent) -> None:
        """Another event."""
        self._events.append(event)
        self._wake()

    def add_sound(self, heard: Samples, played: Samples, rate: int) -> None:
        """More sound; goes with that before it unless something happened in between."""
        last = self._events[-1] if self._events else None
        if isinstance(last, _Sound) and last.rate == rate:
            last.heard.append(heard)
            last.played.append(played)
        else:
            self._events.append(_Sound(rate, [heard], [played]))
        self._unread_ms += len(heard) * 1000 / rate
        while self._unread_ms > MAX_UNREAD_MS:
            self._drop_oldest()
        self._wake()

    async def read(self) -> AsyncIterator[LegEvent]:
        """Every event, up to and with `LegEnded`."""
        while True:
            while self._events:
                event = self._take()
                yield event
                if isinstance(event, LegEnded):
                    return
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _take(self) -> LegEvent:
        first = self._events.popleft()
        if not isinstance(first, _Sound):
            return first
        audio = first.audio()
        self._unread_ms -= len(audio.heard.samples) * 1000 / first.rate
        return audio

    def _drop_oldest(self) -> None:
        sound = next(event for event in self._events if isinstance(event, _Sound))
        piece_ms = len(sound.heard.pop(0)) * 1000 / sound.rate
        sound.played.pop(0)
        self._unread_ms -= piece_ms
        self.dropped_ms += piece_ms
        if not sound.heard:
            self._events.remove(sound)
