"""A leg without a network: its far end is moved by method calls or by a timed script."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache

import numpy as np

from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm, frame_samples
from voicebot.core.call import LegId, LegInfo, LegState
from voicebot.core.errors import DialRefused, LegGone
from voicebot.core.ports import (
    Audio,
    Hold,
    Keyed,
    Leg,
    LegEnded,
    LegEvent,
    ReferProgress,
    ReferRequested,
    StateChanged,
)


class SimLeg:
    """Implements `core.ports.Leg`. Real or virtual time, as the event loop has it."""

    def __init__(self, info: LegInfo, *, rate: int = NARROWBAND, name: str = "sim") -> None:
        self.id = LegId(name)
        self.info = info
        self.rate = rate
        self.state = LegState.INCOMING
        self.now_ms = 0
        """Time since media began."""
        self.said: list[Pcm] = []
        """Everything that was played to the far end, frame by frame."""
        self.bridged_to: Leg | None = None
        self.hears: set[Leg] = set()
        """Far ends that this one hears, besides what is played to it."""
        self.telephone_events = True
        self.answer_to_refer = 202
        """100: nothing more is told of it."""
        self.referred_to = ""
        self.redirected_to = ""
        self.told_referrer: list[int] = []
        self._queue: deque[LegEvent] = deque()
        self._to_hear: deque[Pcm] = deque()
        self._to_play = np.zeros(0, dtype=np.int16)
        self._script: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._media = False
        self.on_frame: Callable[[Pcm], None] = lambda played: None
        """Called with every frame that was played to the far end."""

    # ------------------------------------------------------------ the far end

    def at(self, ms: int, action: Callable[[], None]) -> None:
        """Do something on the far end when the leg's media has run for `ms`."""
        heapq.heappush(self._script, (ms, next(self._order), action))

    def far_says(self, pcm: Pcm) -> None:
        """The far end speaks; `pcm` has the leg's rate."""
        size = frame_samples(self.rate)
        padding = Pcm(np.zeros(-len(pcm) % size, dtype=np.int16), self.rate)
        self._to_hear.extend(Pcm.join([pcm, padding], self.rate).frames())

    @property
    def is_talking(self) -> bool:
        """The far end has not said yet all that it began to say."""
        return bool(self._to_hear)

    def far_keys(self, keys: str, method: str = "rfc4733") -> None:
        """The far end presses keys, and tells of it by signaling."""
        self._queue.extend(Keyed(key, method) for key in keys)

    def far_refers(self, target: str, replaces: str = "", *, own_leg: LegId | None = None) -> None:
        """The far end sends us elsewhere."""
        self._queue.append(ReferRequested(target, replaces, own_leg))

    def far_holds(self, *, on: bool) -> None:
        """The far end holds, or comes back."""
        self._queue.append(Hold(on))

    def far_answers(self) -> None:
        """The far end takes a call of ours; too late for one that was given up."""
        if self.state is LegState.DISCONNECTED:
            return
        self.state = LegState.CONFIRMED
        self._media = True
        self._queue.append(StateChanged(LegState.CONFIRMED, 200))

    def far_hangs_up(self, code: int = 200) -> None:
        """The far end hangs up, or refuses with `code`."""
        self._end(LegEnded(code, by_far_end=True))

    # ------------------------------------------------------------ core.ports.Leg

    @property
    def pending_ms(self) -> float:
        return len(self._to_play) * 1000 / self.rate

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            while self._queue:
                event = self._queue.popleft()
                yield event
                if isinstance(event, LegEnded):
                    return
            await asyncio.sleep(FRAME_MS / 1000)
            self._run_script()
            if self._media and self.state is not LegState.DISCONNECTED:
                audio = self._frame()
                self.on_frame(audio.played)
                yield audio

    def far_rings(self) -> None:
        """Who is called is reached, and a phone rings there."""
        self.state = LegState.EARLY
        self._queue.append(StateChanged(LegState.EARLY))

    def ring(self) -> None:
        if self.state is LegState.INCOMING:
            self.state = LegState.EARLY

    async def early_media(self) -> None:
        self._media = True

    async def answer(self) -> None:
        self._require()
        self.state = LegState.CONFIRMED
        self._media = True

    async def hang_up(self, code: int = 0) -> None:
        self._end(LegEnded(code or 200, by_far_end=False))

    async def redirect(self, target: str) -> None:
        self._require()
        self.redirected_to = target
        self._end(LegEnded(302, by_far_end=False))

    def play(self, pcm: Pcm) -> None:
        if self.state is not LegState.DISCONNECTED:
            self._to_play = np.concatenate([self._to_play, pcm.samples])

    def flush(self) -> Pcm:
        rest, self._to_play = self._to_play, np.zeros(0, dtype=np.int16)
        return Pcm(rest, self.rate)

    async def bridge(self, other: Leg) -> None:
        self._require()
        if other.state is LegState.DISCONNECTED:
            raise LegGone("the other leg has ended")
        self.bridged_to = other
        await self.hear(other, on=True)
        await other.hear(self, on=True)

    async def unbridge(self, other: Leg) -> None:
        if self.bridged_to is other:
            self.bridged_to = None
        await self.hear(other, on=False)
        await other.hear(self, on=False)

    async def hear(self, other: Leg, *, on: bool) -> None:
        if not on:
            self.hears.discard(other)
            return
        self._require()
        if other.state is LegState.DISCONNECTED:
            raise LegGone("the other leg has ended")
        self.hears.add(other)

    async def refer(self, target: str) -> None:
        self._require()
        self.referred_to = target
        self._queue.append(ReferProgress(self.answer_to_refer, self.answer_to_refer >= 300))
        if 200 <= self.answer_to_refer < 300:
            self._queue.append(ReferProgress(200, True))

    async def tell_referrer(self, code: int) -> None:
        self.told_referrer.append(code)

    async def send_keys(self, keys: str) -> None:
        self._require()

    # ------------------------------------------------------------ inside

    def _require(self) -> None:
        if self.state is LegState.DISCONNECTED:
            raise LegGone("the leg has ended")

    def _end(self, event: LegEnded) -> None:
        if self.state is not LegState.DISCONNECTED:
            self.state = LegState.DISCONNECTED
            self._queue.append(event)

    def _run_script(self) -> None:
        self.now_ms += FRAME_MS
        while self._script and self._script[0][0] <= self.now_ms:
            heapq.heappop(self._script)[2]()

    def _frame(self) -> Audio:
        size = frame_samples(self.rate)
        heard = self._to_hear.popleft() if self._to_hear else _silence(self.rate)
        out = self._to_play[:size]
        if not len(out):
            played = _silence(self.rate)
        else:
            self._to_play = self._to_play[size:]
            rest = np.zeros(size - len(out), dtype=np.int16)
            played = Pcm(np.concatenate([out, rest]) if len(rest) else out, self.rate)
        self.said.append(played)
        return Audio(heard, played)


@cache
def _silence(rate: int) -> Pcm:
    """One frame, shared: nobody writes into a frame."""
    silence = Pcm.silence(FRAME_MS, rate)
    silence.samples.flags.writeable = False
    return silence


Answer = Callable[[SimLeg], None]
"""Sets up what a dialed far end does."""


class SimTelephone:
    """Implements `core.ports.Telephone`: far ends by address."""

    def __init__(self, far_ends: Mapping[str, Answer] | None = None) -> None:
        self.far_ends = dict(far_ends or {})
        self.dialed: list[SimLeg] = []
        self._ringing: asyncio.Queue[Leg] = asyncio.Queue()

    def call(self, leg: SimLeg) -> None:
        """A caller dials."""
        self._ringing.put_nowait(leg)

    async def incoming(self) -> AsyncIterator[Leg]:
        while True:
            yield await self._ringing.get()

    async def dial(self, target: str, headers: Mapping[str, str], *, caller_name: str = "") -> Leg:
        if target not in self.far_ends:
            raise DialRefused("the destination is not allowed")
        leg = SimLeg(LegInfo(called=target), name=f"sim-{len(self.dialed)}")
        leg.far_rings()
        self.dialed.append(leg)
        self.far_ends[target](leg)
        return leg


def answers(after_ms: int, talk_ms: int | None = None) -> Answer:
    """A far end that takes the call after a while, and hangs up `talk_ms` later (None: never)."""

    def set_up(leg: SimLeg) -> None:
        leg.at(after_ms, leg.far_answers)
        if talk_ms is not None:
            leg.at(after_ms + talk_ms, leg.far_hangs_up)

    return set_up


def refuses(code: int, after_ms: int = 200) -> Answer:
    """A far end that refuses with a status code."""
    return lambda leg: leg.at(after_ms, lambda: leg.far_hangs_up(code))


def rings_for_ever(leg: SimLeg) -> None:
    """A far end that nobody is at."""
