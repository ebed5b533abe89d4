"""Stand-ins for the media, the engines and the journal, for benches of what calls cost."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from bench.load import FLOW
from bench.phone import Voice, quiet, talking
from bench.turns_speech import clips_by_flow
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm, frame_samples
from voicebot.core.call import LegId, LegInfo, LegState
from voicebot.core.meaning import Expectation
from voicebot.core.ports import Audio, LegEnded
from voicebot.core.prompt import Prompt
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.prompts.text import words_of
from voicebot.sim.engines import speaking_ms
from voicebot.sip.leg import SipLeg

SAID = "what is my balance"
_FRAME = frame_samples(NARROWBAND)


@dataclass
class Counters:
    """What `PcmPort` counts."""

    frames_in: int = 0
    frames_out: int = 0
    played: int = 0
    underruns: int = 0
    overruns: int = 0
    refused: int = 0


@dataclass
class Port:
    """Stands in for `PcmPort`."""

    heard: Iterator[bytes]
    left: bytes = b""
    at: int = 0

    def read(self) -> bytes:
        """A frame of what was heard, and of what was played meanwhile."""
        played = self.left[self.at : self.at + 2 * _FRAME]
        self.at += len(played)
        return next(self.heard) + played.ljust(2 * _FRAME, b"\0")

    def pending(self) -> int:
        """Samples."""
        return (len(self.left) - self.at) // 2

    def write(self, data: bytes) -> None:
        """More to play."""
        self.left, self.at = self.left[self.at :] + data, 0

    def flush(self) -> bytes:
        """Play nothing more."""
        rest, self.left, self.at = self.left[self.at :], b"", 0
        return rest

    def counters(self) -> Counters:
        """Nothing goes wrong."""
        return Counters()


class Leg(SipLeg):
    """A leg whose far end is a voice."""

    def __init__(self, number: int, heard: Iterator[bytes]) -> None:
        info = LegInfo(caller=f"load-{number}", called=FLOW)
        super().__init__(None, LegId(str(number)), info, LegState.INCOMING, str)  # type: ignore[arg-type]
        self._heard = heard

    def ring(self) -> None:
        """Nobody hears it."""

    async def answer(self) -> None:
        self._state = LegState.CONFIRMED
        self._open(Port(self._heard), NARROWBAND)

    async def hang_up(self, code: int = 0) -> None:
        self._end(LegEnded(200))


class Hearing:
    """Knows what was said."""

    def feed(self, pcm: Pcm) -> None:
        """The sound does not matter."""

    async def partial(self) -> Transcript:
        return Transcript((Hypothesis(SAID, 0.94),), final=True)

    async def finish(self) -> Transcript:
        return await self.partial()

    def close(self) -> None:
        """Nothing is kept."""


class Recognizer:
    """Hears the same of everybody, at once."""

    def hear(self, expectation: Expectation) -> Hearing:
        return Hearing()


class Prompter:
    """Prompts that sound like speech to the echo gate: noise that swells. All is in memory."""

    async def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        yield _swelling(speaking_ms(self.text(prompt)), rate)

    def text(self, prompt: Prompt) -> str:
        return words_of(prompt)

    def fallback(self, language: str, rate: int) -> Pcm:
        return Pcm.silence(1_000, rate)


@cache
def _swelling(duration_ms: int, rate: int) -> Pcm:
    length = duration_ms * rate // 1000
    swell = 3_000 * (1 + np.sin(np.arange(length) / 1_000))
    noise = np.random.default_rng(0).standard_normal(length)
    return Pcm((noise * swell).clip(-32768, 32767).astype(np.int16), rate)


@dataclass
class Journal:
    """Counts facts."""

    counts: dict[FactKind, int] = field(default_factory=dict)

    def write(self, fact: Fact) -> None:
        self.counts[fact.kind] = self.counts.get(fact.kind, 0) + 1


class Recording:
    """Of nothing."""

    failure = ""

    def add(self, audio: Audio) -> None:
        """Not kept: another thread writes recordings."""

    def pause(self, *, on: bool) -> None:
        """Nothing is written anyway."""

    def close(self) -> None:
        """Nothing is open."""


def heard(share: float, seconds: float) -> Iterator[Iterator[bytes]]:
    """What comes from each caller: decoded ahead, as the media does not cost Python's time."""
    frames = round(seconds * 1000 / FRAME_MS)
    for voice in voices(share):
        packets = itertools.islice(voice, frames)
        yield iter([mulaw_decode(np.frombuffer(p, np.uint8)).tobytes() for p in packets])


def voices(share: float) -> Iterator[Voice]:
    chance = random.Random(0)
    noise = mulaw_encode(line_noise(80_000)).tobytes()
    clips = [mulaw_encode(c.samples).tobytes() for c in clips_by_flow(None)["turns_bank"]]
    while True:
        yield talking(noise, clips, share, chance) if share else quiet(noise)
