"""The one clock that brings sound from the rings to the readers, of all legs at once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import numpy as np

from voicebot.core.audio import Pcm, Samples
from voicebot.sip.leg import SipLeg

PERIOD_MS = 10
"""Half a frame: a frame then waits 5 ms for its reader on the average, not 10."""


class Ticker:
    """Calls itself back on the loop. A late tick loses nothing: the rings hold what was missed."""

    def __init__(self, legs: Collection[SipLeg]) -> None:
        self._legs = legs
        self._loop = asyncio.get_running_loop()
        self._due_s = self._loop.time()
        self._handle: asyncio.TimerHandle | None = None
        self._turn()

    def stop(self) -> None:
        """No more ticks."""
        if self._handle is not None:
            self._handle.cancel()

    def _turn(self) -> None:
        deliver(self._legs)
        now_s = self._loop.time()
        period_s = PERIOD_MS / 1000
        self._due_s = max(self._due_s + period_s, now_s)
        self._handle = self._loop.call_at(self._due_s, self._turn)


def deliver(legs: Collection[SipLeg]) -> None:
    """Hand every leg what it heard and what was played to it.

    The conference bridge lets bridged legs hear each other without passing here; what a leg was
    played is then what we played, and what the others said.
    """
    gathered = {}
    for leg in list(legs):
        sound = leg.heard_and_played()
        if sound is not None:
            gathered[leg] = sound
    for leg, (heard, played) in gathered.items():
        for peer, resampler in leg.bridged.items():
            if peer in gathered:
                said = resampler.process(Pcm(gathered[peer][0], peer.rate))
                played = mixed(played, said.samples)
        leg.deliver(heard, played)


def mixed(one: Samples, other: Samples) -> Samples:
    """The sum of two stretches of sound that ended at the same time; as long as the first."""
    total = one.astype(np.int32)
    shared = min(len(one), len(other))
    if shared:
        total[-shared:] += other[-shared:]
    return np.clip(total, -32768, 32767).astype(np.int16)
