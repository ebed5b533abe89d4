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
import pstats
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bench.load import FLOW, FLOWS
from bench.load_stand_ins import Journal, Leg, Prompter, Recognizer, Recording, heard
from voicebot import nlu, vad
from voicebot.app.serving import GARBAGE_THRESHOLDS
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.call import CallId
from voicebot.core.record import FactKind
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_flows
from voicebot.queueing.router import Router
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.clock import run_virtual
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import SimTelephone
from voicebot.sip.ticker import deliver

WARM_S = 2.0


def _services(journal: Journal, detector: Callable[[], Any]) -> Services:
    return Services(
        telephone=SimTelephone(),
        vad=detector,
        recognizer=Recognizer(),
        understanding=nlu.build(),
        voice=Prompter(),
        backend=SimBackend({}),
        journal=journal,
        record=lambda call, rate: ("load.wav", Recording()),
        music=lambda queue, rate: Pcm.silence(1_000, rate),
        destinations={},
        clock=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )


async def _run(flow: Flow, args: argparse.Namespace, spent: dict[str, float]) -> Mapping[Any, int]:
    journal, sounds = Journal(), heard(args.share, args.seconds + WARM_S + 1)
    services = _services(journal, vad.build())
    directory = Directory(Router((), ()), lambda: 0)
    legs = [Leg(number, next(sounds)) for number in range(args.calls)]
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


async def _ticks(legs: list[Leg], seconds: float) -> None:
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
    gc.set_threshold(*GARBAGE_THRESHOLDS)
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
