"""Callers who interrupt with a crowd behind them, for `bench/barge_in.py`.

crowd   ▃▅▂▅▃▅▅▂▃▅▃▅▂▅▃▅▅▃▂▅▃
caller          ▇▇▇▇             says what the menu has, while the bot speaks
bot     ▇▇▇▇▇▇▇▇▇▇▁▁▁▁▁          the journal tells that the prompt was given up, and when
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.barge_in_lines import BackgroundCall
from bench.turns_speech import BANK, Clip, flite
from bench.wire import Said
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.core.record import Fact, FactKind

PHRASES = (*(phrase for phrase in BANK if phrase != "transfer money"), "my balance", "agent")
"""All of them are in the menu."""
_FIRST_S, _EVERY_S = 4.0, (8.0, 12.0)
_LATE_S = 1.5
"""What ends a prompt later than that after the caller's last word was something else."""


@dataclass(frozen=True, slots=True)
class Interruptions:
    """What came of those of one kind of line."""

    said: int
    after_ms: Sequence[float]
    """From the onset to the end of the prompt, of those that ended one."""
    others: int
    """Prompts that were given up while the caller said nothing."""


def clips() -> list[Clip]:
    """What is said, at a caller's level."""
    return list(flite(PHRASES))


class InterruptingCall(BackgroundCall):
    """A caller on such a line, who speaks at times."""

    def packet_codes(self, chunk: bytes) -> bytes:
        """The caller on top of the line."""
        line = self.line_codes()
        if not chunk:
            return line
        both = mulaw_decode(np.frombuffer(line, dtype=np.uint8)).astype(np.int32)
        both[: len(chunk)] += mulaw_decode(np.frombuffer(chunk, dtype=np.uint8))
        return mulaw_encode(np.clip(both, -32768, 32767).astype(np.int16)).tobytes()

    async def interrupt(self, clips: Sequence[Clip], seed: str, seconds: float) -> list[Said]:
        """Say something now and then, while the bot speaks. Times are the wall clock's."""
        chosen, until_s = random.Random(seed), time.time() + seconds
        said: list[Said] = []
        await asyncio.sleep(_FIRST_S)
        while time.time() < until_s and not self.ended:
            if any(arrival.sounds for arrival in self.arrivals[-3:]):
                said.append(await self.say(chosen.choice(clips).samples))
                await asyncio.sleep(chosen.uniform(*_EVERY_S))
            await asyncio.sleep(0.1)
        return said


def interruptions(calls: Iterable[tuple[Sequence[Said], Sequence[Fact]]]) -> Interruptions:
    """What the callers said beside the journals of their calls."""
    count, others, after_ms = 0, 0, []
    for said, facts in calls:
        ends_s = [f.time.timestamp() for f in facts if f.kind is FactKind.BARGED_IN]
        ended = [[s for s in ends_s if one.onset_s < s < one.end_s + _LATE_S] for one in said]
        firsts = [
            (found[0] - one.onset_s) * 1000 for one, found in zip(said, ended, strict=True) if found
        ]
        count += len(said)
        others += len(ends_s) - len(firsts)
        after_ms += firsts
    return Interruptions(count, after_ms, others)
