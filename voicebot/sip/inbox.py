"""What happened on a leg and was not read yet: in order, sound frame by frame, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from voicebot.core.audio import FRAME_MS, Pcm, Samples, frame_samples
from voicebot.core.ports import Audio, LegEnded, LegEvent

MAX_UNREAD_MS = 10_000
"""Sound kept for a reader who does not come; the oldest is dropped, in ms."""
_MAX_UNREAD_FRAMES = MAX_UNREAD_MS // FRAME_MS


class Inbox:
    """For one reader, on one loop."""

    def __init__(self) -> None:
        self._events: deque[LegEvent] = deque()
        self._reader: asyncio.Future[None] | None = None
        """Waits for the next event."""
        self._unread_frames = 0
        self.dropped_ms = 0
        """Sound that was dropped because nobody read it, in ms."""

    def push(self, event: LegEvent) -> None:
        """Another event."""
        self._events.append(event)
        self._wake()

    def add_sound(self, heard: Samples, played: Samples, rate: int) -> None:
        """More sound, whole frames; as many in both directions."""
        size = frame_samples(rate)
        if len(heard) == size:
            self._add_frame(Audio(Pcm(heard, rate), Pcm(played, rate)))
        else:
            pairs = zip(Pcm(heard, rate).frames(), Pcm(played, rate).frames(), strict=True)
            for pair in pairs:
                self._add_frame(Audio(*pair))
        self._wake()

    async def read(self) -> AsyncIterator[LegEvent]:
        """Every event, up to and with `LegEnded`."""
        while True:
            while self._events:
                event = self._events.popleft()
                if isinstance(event, Audio):
                    self._unread_frames -= 1
                yield event
                if isinstance(event, LegEnded):
                    return
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _add_frame(self, audio: Audio) -> None:
        self._events.append(audio)
        self._unread_frames += 1
        if self._unread_frames > _MAX_UNREAD_FRAMES:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = next(i for i, event in enumerate(self._events) if isinstance(event, Audio))
        del self._events[oldest]
        self._unread_frames -= 1
        self.dropped_ms += FRAME_MS
