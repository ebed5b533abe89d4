"""The phone of a customer who is called back: refuses, or answers and says what it is told to."""

from __future__ import annotations

import asyncio

import numpy as np
from rtp_phone import LOUD, PER_FRAME, SILENT, packet
from tone_phone import Sound, TonePhone

from voicebot.audio.g711 import mulaw_encode
from voicebot.core.audio import Samples


class _Speech(Sound):
    """Some sound at the answer, then silence."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(0)
        padding = np.zeros(-len(samples) % PER_FRAME, dtype=np.int16)
        coded = mulaw_encode(np.concatenate([samples, padding])).tobytes()
        self._frames = [coded[at : at + PER_FRAME] for at in range(0, len(coded), PER_FRAME)]

    async def send(self, transport: asyncio.DatagramTransport, port: int) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for number in range(10**6):
            payload = self._frames[number] if number < len(self._frames) else SILENT
            transport.sendto(packet(number, payload), ("127.0.0.1", port))
            due_s += 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))


class CustomerPhone(TonePhone):
    """At a trunk's port; `rings` counts the calls."""

    def __init__(self, port: int, *, code: int = 200, says: Samples | None = None) -> None:
        super().__init__("branch", port)
        self.sound = _Speech(np.zeros(0, dtype=np.int16) if says is None else says)
        self.code = code
        self.rings = 0

    async def is_spoken_to(self) -> None:
        """Wait for the call's sound."""
        await self.until("talking")
        async with asyncio.timeout(20):
            while True:
                if np.any(np.abs(self.sound.samples) > LOUD):
                    return
                await asyncio.sleep(0.05)

    def _answer(self) -> None:
        self.rings += 1
        if self.code == 200:
            super()._answer()
        elif self.state == "ringing":
            self._reply(self._invite, f"{self.code} No", self._far)
            self._over()
