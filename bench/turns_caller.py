"""A caller of `bench/turns.py`: answers a question when it has been asked, interrupts the next one.

bot    ▁▂▇▇▇▇▇▇▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▇▇▇▇▇▇▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▇
caller            ▇▇▇▇▇               ▇▇▇▇▇
                      └ answer after ─┘└ quiet after
                        (figure 1)       (figure 2)
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.turns_speech import Clip
from bench.wire import PACKET_SAMPLES, Arrival, Said, WireCall, line_noise
from voicebot.core.audio import NARROWBAND

ASKED_S = 0.7
"""After so much silence the bot's question is over; its longest pause is 0.3 s."""
INTERRUPT_S = (1.3, 2.3)
"""An interruption begins so long after the bot began to speak: within the question."""
NEXT_S = 0.25
"""No answer comes so soon after the caller's last word: what sounds until then is the prompt."""
PATIENCE_S = 8.0
"""A turn without an answer is given up; the bot asks whether anybody is there after 5 s."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of a caller, and what came of it on the wire."""

    caller: str
    flow: str
    clip: str
    interrupts: bool
    said: Said
    answer_s: float | None
    """When the first packet with sound of the answer came."""
    quiet_s: float | None
    """When the last one of the interrupted prompt came; None where it went on, or had ended."""
    missed: bool
    """The prompt went on to its end in spite of the caller."""
    in_pause: bool
    """It interrupted in a pause within the prompt, which did not go on: nothing became quiet."""
    cut_in: bool
    """The bot spoke before the caller had ended."""

    @property
    def answered_ms(self) -> float | None:
        """Figure 1."""
        return None if self.answer_s is None else (self.answer_s - self.said.end_s) * 1000

    @property
    def quiet_ms(self) -> float | None:
        """Figure 2."""
        return None if self.quiet_s is None else (self.quiet_s - self.said.onset_s) * 1000


class Caller:
    """One call, from its first to its last turn."""

    def __init__(self, call: WireCall, name: str, flow: str, clips: Sequence[Clip]) -> None:
        self._call, self._name, self._flow = call, name, flow
        self._random = random.Random(name)
        self._clips = _shuffled(clips, self._random)
        self._heard = 0
        """Packets looked at."""

    async def turns(self, seconds: float) -> list[Turn]:
        """Talk for so long."""
        until_s = time.time() + seconds
        turns: list[Turn] = []
        for number in itertools.count():
            if time.time() > until_s or self._call.ended:
                return turns
            interrupts = number % 2 == 1
            if not await self._until(self._sounds, PATIENCE_S):
                continue
            if interrupts:
                await asyncio.sleep(self._random.uniform(*INTERRUPT_S))
            else:
                await self._until(lambda: self._silent_for(ASKED_S), PATIENCE_S)
                await asyncio.sleep(self._random.uniform(0, 0.1))
            turns.append(await self._turn(next(self._clips), interrupts=interrupts))
        return turns

    async def _turn(self, clip: Clip, *, interrupts: bool) -> Turn:
        said = await self._say(clip)
        call = self._call
        was_asking = any(a.sounds for a in self._between(said.onset_s - 0.3, said.onset_s + 0.06))
        meanwhile = [a for a in self._between(said.onset_s, said.end_s) if a.sounds]
        await self._until(lambda: time.time() > said.end_s + NEXT_S + 0.1, 1.0)
        rest = [a for a in self._between(said.onset_s, said.end_s + NEXT_S) if a.sounds]
        missed = bool(rest) and rest[-1].at_s > said.end_s + NEXT_S - 0.05
        interrupted = interrupts and was_asking
        answer: Arrival | None = None
        if not missed:
            first_s = said.end_s + (NEXT_S if interrupted else 0.0)
            await self._until(lambda: self._first_sound(first_s) is not None, PATIENCE_S)
            answer = self._first_sound(first_s)
        self._heard = len(call.arrivals) - 1
        return Turn(
            self._name,
            self._flow,
            clip.name,
            interrupted,
            said,
            answer.at_s if answer else None,
            rest[-1].at_s if interrupted and rest and not missed else None,
            interrupted and missed,
            interrupted and not rest,
            bool(meanwhile) and not was_asking,
        )

    async def _say(self, clip: Clip) -> Said:
        """At any place within a packet; the times are those of the speech itself."""
        ahead = self._random.randrange(PACKET_SAMPLES)
        said = await self._call.say(np.concatenate((line_noise(ahead), clip.samples)))
        return Said(said.onset_s + ahead / NARROWBAND, said.end_s)

    # ------------------------------------------------------------ what is heard

    def _sounds(self) -> bool:
        """The bot speaks just now."""
        return any(a.sounds for a in self._call.arrivals[-3:])

    def _silent_for(self, seconds: float) -> bool:
        recent = self._between(time.time() - seconds, time.time())
        return not any(a.sounds for a in recent)

    def _between(self, from_s: float, to_s: float) -> list[Arrival]:
        recent = reversed(self._call.arrivals)
        late = itertools.takewhile(lambda a: a.at_s >= from_s, recent)
        return [a for a in late if a.at_s <= to_s][::-1]

    def _first_sound(self, from_s: float) -> Arrival | None:
        return next((a for a in self._between(from_s, time.time()) if a.sounds), None)

    async def _until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        deadline_s = time.time() + timeout_s
        while not holds():
            if time.time() > deadline_s or self._call.ended:
                return False
            await self._call.news()
        return True


def _shuffled(clips: Sequence[Clip], order: random.Random) -> Iterator[Clip]:
    while True:
        yield from order.sample(list(clips), len(clips))
