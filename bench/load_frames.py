"""What calls cost the serving process, apart from SIP, RTP and recognition: CPU, frame by frame.

    OPENBLAS_NUM_THREADS=1 python -m bench.load_frames [--calls N] [--seconds S] [--share P]
                                                       [--profile]

The calls of `bench/load.py` in virtual time: a menu whose prompt may be interrupted, callers who
speak for `--share` of the time over it, real detectors, endpointing, flow and understanding. The
media's rings are stand-ins, and a reading is known at once. Sound comes as it does at rest, one
frame a tick of all calls together. CPU time is little disturbed by other work: take the least of
several runs.

us a frame   CPU of a frame of 20 ms of one call; the same work a call a second is 50 of them
answers      what callers said and was understood, as a check that they are heard
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import itertools
import pstats
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np

from bench.load import FLOW, FLOWS
from bench.phone import Voice, quiet, talking
from bench.turns_speech import clips_by_flow
from bench.wire import line_noise
from voicebot import nlu, vad
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm, frame_samples
from voicebot.core.call import CallId, LegId, LegInfo, LegState
from voicebot.core.meaning import Expectation
from voicebot.core.ports import Audio, LegEnded
from voicebot.core.prompt import Prompt
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.flow.loader import load_flows
from voicebot.flow.state import Flow
from voicebot.prompts.text import words_of
from voicebot.queueing.router import Router
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import SimBackend, speaking_ms
from voicebot.sim.line import SimTelephone
from voicebot.sip.leg import SipLeg
from voicebot.sip.ticker import deliver

SAID = "what is my balance"
WARM_S = 2.0
_FRAME = frame_samples(NARROWBAND)


@dataclass
class _Counters:
    frames_in: int = 0
    frames_out: int = 0
    played: int = 0
    underruns: int = 0
    overruns: int = 0
    refused: int = 0


@dataclass
class _Port:
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

    def counters(self) -> _Counters:
        """Nothing goes wrong."""
        return _Counters()


class _Leg(SipLeg):
    """A leg whose far end is a voice."""

    def __init__(self, number: int, heard: Iterator[bytes]) -> None:
        info = LegInfo(caller=f"load-{number}", called=FLOW)
        super().__init__(None, LegId(str(number)), info, LegState.INCOMING, str)  # type: ignore[arg-type]
        self._heard = heard

    def ring(self) -> None:
        pass

    async def answer(self) -> None:
        self._state = LegState.CONFIRMED
        self._open(_Port(self._heard), NARROWBAND)

    async def hang_up(self, code: int = 0) -> None:
        self._end(LegEnded(200))


class _Hearing:
    """Knows what was said."""

    def feed(self, pcm: Pcm) -> None:
        """The sound does not matter."""

    async def partial(self) -> Transcript:
        return Transcript((Hypothesis(SAID, 0.94),), final=True)

    async def finish(self) -> Transcript:
        return await self.partial()

    def close(self) -> None:
        """Nothing is kept."""


class _Recognizer:
    def hear(self, expectation: Expectation) -> _Hearing:
        return _Hearing()


class _Voice:
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
class _Journal:
    counts: dict[FactKind, int] = field(default_factory=dict)

    def write(self, fact: Fact) -> None:
        self.counts[fact.kind] = self.counts.get(fact.kind, 0) + 1


class _Recording:
    failure = ""

    def add(self, audio: Audio) -> None:
        """Not kept: another thread writes recordings."""

    def pause(self, *, on: bool) -> None:
        """Nothing is written anyway."""

    def close(self) -> None:
        """Nothing is open."""


def _heard(share: float, seconds: float) -> Iterator[Iterator[bytes]]:
    """What comes from each caller: decoded ahead, as the media does not cost Python's time."""
    frames = round(seconds * 1000 / FRAME_MS)
    for voice in _voices(share):
        packets = itertools.islice(voice, frames)
        yield iter([mulaw_decode(np.frombuffer(p, np.uint8)).tobytes() for p in packets])


def _voices(share: float) -> Iterator[Voice]:
    chance = random.Random(0)
    noise = mulaw_encode(line_noise(80_000)).tobytes()
    clips = [mulaw_encode(c.samples).tobytes() for c in clips_by_flow(None)["turns_bank"]]
    while True:
        yield talking(noise, clips, share, chance) if share else quiet(noise)


def _services(journal: _Journal, detector: Callable[[], Any]) -> Services:
    return Services(
        telephone=SimTelephone(),
        vad=detector,
        recognizer=_Recognizer(),
        understanding=nlu.build(),
        voice=_Voice(),
        backend=SimBackend({}),
        journal=journal,
        record=lambda call, rate: ("load.wav", _Recording()),
        music=lambda queue, rate: Pcm.silence(1_000, rate),
        destinations={},
        clock=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )


async def _run(flow: Flow, args: argparse.Namespace, spent: dict[str, float]) -> Mapping[Any, int]:
    journal, heard = _Journal(), _heard(args.share, args.seconds + WARM_S + 1)
    services = _services(journal, vad.build())
    directory = Directory(Router((), ()), lambda: 0)
    legs = [_Leg(number, next(heard)) for number in range(args.calls)]
    async with asyncio.TaskGroup() as calls:
        for number, leg in enumerate(legs):
            session = CallSession(leg, flow, services, directory, CallId(str(number)))
            calls.create_task(session.run())
        await _ticks(legs, WARM_S)
        began_s = time.process_time()
        await _ticks(legs, args.seconds)
        spent["s"] = time.process_time() - began_s
        for leg in legs:
            await leg.hang_up()
    return journal.counts


async def _ticks(legs: list[_Leg], seconds: float) -> None:
    for _ in range(round(seconds * 1000 / FRAME_MS)):
        await asyncio.sleep(FRAME_MS / 1000)
        deliver(legs)


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10, help="of each call (10)")
    parser.add_argument("--share", type=float, default=0.2, help="part of the time spoken (0.2)")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    flow = load_flows(FLOWS).flows[FLOW]
    gc.collect()
    gc.freeze()
    spent: dict[str, float] = {}
    profile = cProfile.Profile(time.process_time)
    if args.profile:
        profile.enable()
    counts = run_virtual(_run(flow, args, spent))
    profile.disable()
    frames = args.calls * args.seconds * 1000 / FRAME_MS
    print(
        f"{args.calls} calls of {args.seconds:g} s: {1e6 * spent['s'] / frames:.1f} us a frame, "
        f"{counts.get(FactKind.UNDERSTOOD, 0)} answers"
    )
    if args.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
