"""A caller who notes when the bot is heard, packet by packet, and who may speak over a bad line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import pairwise

from desk_caller import DeskCaller
from rtp_phone import Sending, packet

from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.audio.gain import level_db
from voicebot.core.audio import NARROWBAND, Pcm, frame_samples

AUDIBLE_DB = -50.0
RTP_HEADER = 12
DEAF_S = 12.0
"""Longer than anything that the bot may take to be heard."""

SILENT = b"\xff" * frame_samples(NARROWBAND)


class ListeningCaller(DeskCaller):
    """Sends and hears G.711; times are those of the test's loop, in seconds."""

    _number = 0

    @property
    def packets_s(self) -> list[float]:
        """When each packet of the bot's sound came."""
        return self._packets_s

    async def __aenter__(self) -> ListeningCaller:
        self._packets_s: list[float] = []
        self._heard_s: list[float] = []
        self._news = asyncio.Event()
        await super().__aenter__()
        return self

    def rtp_received(self, data: bytes) -> None:
        import numpy as np

        if len(data) <= RTP_HEADER or data[1] & 0x7F:
            return
        now_s = asyncio.get_running_loop().time()
        self._packets_s.append(now_s)
        samples = mulaw_decode(np.frombuffer(data[RTP_HEADER:], dtype=np.uint8))
        if level_db(samples) > AUDIBLE_DB:
            self._heard_s.append(now_s)
            self._news.set()

    async def silent_ms(self, since_s: float) -> float:
        """How long after `since_s` the bot was heard again."""
        async with asyncio.timeout(DEAF_S):
            while not self._heard_s or self._heard_s[-1] < since_s:
                self._news.clear()
                await self._news.wait()
        return 1000 * (next(at for at in self._heard_s if at >= since_s) - since_s)

    def longest_silence_ms(self, since_s: float, until_s: float) -> float:
        """The longest stretch between the two without a sound of the bot's."""
        heard = [at for at in self._heard_s if since_s <= at <= until_s]
        moments = [since_s, *heard, until_s]
        return 1000 * max(b - a for a, b in pairwise(moments))

    async def say(self, sound: Pcm) -> float:
        """Speak, a packet every 20 ms; returns when it ended."""
        frames = [mulaw_encode(frame.samples).tobytes() for frame in sound.frames()]
        await self.send_late([Sending(20.0 * n, n) for n in range(len(frames))], frames)
        return asyncio.get_running_loop().time()

    async def send_late(self, sendings: Iterable[Sending], payloads: list[bytes]) -> None:
        """Send packets in any order, any number of times, at times of their own; each carries the
        payload of its number, or silence beyond the last."""
        loop = asyncio.get_running_loop()
        began_s, last = loop.time(), 0
        for one in sorted(sendings, key=lambda one: one.at_ms):
            wait_s = began_s + one.at_ms / 1000 - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            payload = payloads[one.number] if one.number < len(payloads) else SILENT
            data = packet(self._number + one.number, payload)
            self.rtp.sendto(data, (self.address, self.far_rtp_port))
            last = max(last, one.number)
        self._number += last + 1
