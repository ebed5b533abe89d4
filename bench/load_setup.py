"""What a call costs beside its sound: CPU, transactions and threads, from INVITE to hang-up.

    OPENBLAS_NUM_THREADS=1 python -m bench.load_setup [--calls N] [--rate R] [--seconds S]
                                                      [--profile]

Calls of the menu of `bench/load.py` begin one after the other and hang up after `--seconds`. The
store is the real one, a new SQLite file, with journal, resume records, recordings and the look-up
of customers, as a hotline joins them by default; the media, the engines and the detector are
stand-ins, and nobody speaks. Every caller has a number of their own. CPU time is little disturbed
by other work, counts not at all: take the least of several runs.

CPU ms         of the process for a call, all of its threads; loop: of the one that all sound passes
transactions   for a call, by the thread that makes them
hops           times that the loop asks another thread for something, for a call
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import itertools
import pstats
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bench.load import FLOW, FLOWS
from bench.load_stand_ins import Leg, Prompter, Recognizer
from voicebot import nlu
from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.call import CallId
from voicebot.core.speech import Voicing
from voicebot.customers.lookup import CustomerLookup
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_flows
from voicebot.queueing.router import Router
from voicebot.session.call_session import CallSession
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.sim.engines import SimBackend
from voicebot.sim.line import SimTelephone
from voicebot.sip.ticker import deliver
from voicebot.store.opening import open_store
from voicebot.store.recordings import Recordings
from voicebot.store.settings import RecordingSettings, StoreSettings

WITHIN_MS = 300_000
"""A caller who was cut off may go on for so long."""
_SILENCE = Voicing(voiced=False, sure=False, level_db=-70.0)
_FRAME_BYTES = bytes(320)


class _Deaf:
    """A detector that costs nothing."""

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        return False

    def judge(self) -> Voicing:
        return _SILENCE


class _Loop(asyncio.SelectorEventLoop):
    """Counts what it asks of other threads."""

    hops = 0

    def run_in_executor(self, executor: Executor | None, func: Any, *args: Any) -> Any:
        self.hops += 1
        return super().run_in_executor(executor, func, *args)


def _services(folder: Path, stack: ExitStack) -> Services:
    settings = StoreSettings(folder=folder, node="bench")
    store = open_store(f"sqlite:///{folder / 'voicebot.db'}", settings)
    stack.callback(store.close)
    recordings = Recordings(RecordingSettings(folder=folder / "recordings"))
    stack.callback(recordings.close)
    book = store.resume_book((), (), within_ms=WITHIN_MS)
    book.open()
    stack.callback(book.close)
    lookup = CustomerLookup(None, store.callers)
    stack.callback(lookup.close)
    return Services(
        telephone=SimTelephone(),
        vad=_Deaf,
        recognizer=Recognizer(),
        understanding=nlu.build(),
        voice=Prompter(),
        backend=SimBackend({}),
        journal=store.journal,
        record=recordings.record,
        music=lambda queue, rate: Pcm.silence(1_000, rate),
        destinations={},
        clock=lambda: datetime.now(UTC),
        resuming=book,
        customers=lookup,
    )


async def _run(flow: Flow, services: Services, args: argparse.Namespace) -> None:
    directory = Directory(Router((), ()), lambda: 0)
    loop = asyncio.get_running_loop()
    every_s, up = FRAME_MS / 1000, set[Leg]()

    async def call(number: int) -> None:
        leg = Leg(number, itertools.repeat(_FRAME_BYTES))
        up.add(leg)
        loop.call_later(args.seconds, lambda: calls.create_task(leg.hang_up()))
        await CallSession(leg, flow, services, directory, CallId(f"call-{number}")).run()
        up.discard(leg)

    began_s, begun = loop.time(), 0
    async with asyncio.TaskGroup() as calls:
        for tick in itertools.count(1):
            while begun < min(args.calls, tick * every_s * args.rate):
                calls.create_task(call(begun))
                begun += 1
            await asyncio.sleep(max(0.0, began_s + tick * every_s - loop.time()))
            deliver(up)
            if begun == args.calls and not up:
                return


def measure(args: argparse.Namespace) -> tuple[float, float, Mapping[str, int], int]:
    """CPU seconds in all and of the loop's thread, transactions by thread, hops."""
    flow = load_flows(FLOWS).flows[FLOW]
    transactions: Counter[str] = Counter()

    def note(_connection: Any) -> None:
        transactions[re.sub(r"_\d+$", "", threading.current_thread().name)] += 1

    with tempfile.TemporaryDirectory(prefix="voicebot-setup-") as folder, ExitStack() as stack:
        services = _services(Path(folder), stack)
        gc.collect()
        gc.freeze()
        loop = _Loop()
        stack.callback(loop.close)
        event.listen(Engine, "begin", note)
        cpu_s, loop_s = time.process_time(), time.thread_time()
        loop.run_until_complete(_run(flow, services, args))
        loop_s = time.thread_time() - loop_s
        stack.pop_all().close()
        cpu_s = time.process_time() - cpu_s
        event.remove(Engine, "begin", note)
    return cpu_s, loop_s, transactions, loop.hops


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20, help="calls begun a second (20)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each call (1)")
    parser.add_argument("--profile", action="store_true", help="of the loop's thread")
    args = parser.parse_args()
    profile = cProfile.Profile(time.thread_time)
    if args.profile:
        profile.enable()
    cpu_s, loop_s, transactions, hops = measure(args)
    profile.disable()
    each = 1 / args.calls
    by_thread = ", ".join(f"{name} {n * each:.2f}" for name, n in sorted(transactions.items()))
    print(
        f"{args.calls} calls of {args.seconds:g} s, {args.rate:g} a second: "
        f"{1000 * cpu_s * each:.1f} CPU ms a call, {1000 * loop_s * each:.1f} of the loop; "
        f"{sum(transactions.values()) * each:.2f} transactions ({by_thread}); "
        f"{hops * each:.2f} hops"
    )
    if args.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
