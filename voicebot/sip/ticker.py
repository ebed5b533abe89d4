"""The one clock that brings sound from the rings to the readers, of all legs at once.

    bridge   |    |    |    |    |      one clock for all legs, in C
    ticker    !    !   ~!    !    !     just after it: what comes of a frame leaves with the next

It comes a little sooner each time, until it finds nothing and asks again; so it stays behind the
bridge by little, and all of a frame's time is there to answer it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import numpy as np

from voicebot.core.audio import FRAME_MS, Pcm, Samples
from voicebot.sip.leg import SipLeg

_PERIOD_S = FRAME_MS / 1000
_SOONER_S = 0.000_2
"""So much less than a frame lies between two ticks."""
_AGAIN_S = 0.002
"""After a tick that found nothing."""


class Ticker:
    """Calls itself back on the loop. A late tick loses nothing: the rings hold what was missed."""

    def __init__(self, legs: Collection[SipLeg]) -> None:
        self._legs = legs
        self._loop = asyncio.get_running_loop()
        self._due_s = self._found_s = self._loop.time()
        self._handle: asyncio.TimerHandle | None = None
        self._turn()

    def stop(self) -> None:
        """No more ticks."""
        if self._handle is not None:
            self._handle.cancel()

    def _turn(self) -> None:
        found = deliver(self._legs)
        now_s = self._loop.time()
        soon = not found and now_s - self._found_s < 2 * _PERIOD_S
        if not soon:  # Without sound at all there is nothing to be early for.
            self._found_s = now_s
        self._due_s += _AGAIN_S if soon else _PERIOD_S - _SOONER_S
        while self._due_s <= now_s:  # A loop that was busy does not put us out of step.
            self._due_s += _PERIOD_S
        self._handle = self._loop.call_at(self._due_s, self._turn)


def deliver(legs: Collection[SipLeg]) -> bool:
    """Hand every leg what it heard and what was played to it; True where there was any.

    The conference bridge lets legs hear each other without passing here; what a leg was played is
    then what we played, and what those said whom it hears.
    """
    gathered = {}
    for leg in list(legs):
        sound = leg.heard_and_played()
        if sound is not None:
            gathered[leg] = sound
    for leg, (heard, played) in gathered.items():
        for peer, resampler in leg.hears.items():
            if peer in gathered:
                said = resampler.process(Pcm(gathered[peer][0], peer.rate))
                played = mixed(played, said.samples)
        leg.deliver(heard, played)
    return bool(gathered)


def mixed(one: Samples, other: Samples) -> Samples:
    """The sum of two stretches of sound that ended at the same time; as long as the first."""
    total = one.astype(np.int32)
    shared = min(len(one), len(other))
    if shared:
        total[-shared:] += other[-shared:]
    return np.clip(total, -32768, 32767).astype(np.int16)
