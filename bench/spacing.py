"""Whether the bot's sound leaves on time while Python is busy.

    python -m bench.spacing [--calls N] [--seconds S]

A process of its own answers so many calls and plays prompts to all of them by `SipEndpoint`, as the
hotline does, while a Python thread of that process computes without end, so that the interpreter's
lock is always wanted. The gaps between the packets of each call are taken from the kernel's time
stamps; underruns are gaps within what was given to be played.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.gauge import machine
from bench.phone import Phone, quiet
from bench.phones import Phones
from bench.turns_hotline import ROOT, process_cpu_s
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_encode
from voicebot.core.audio import Pcm
from voicebot.core.ports import Audio, Leg
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.settings import Media, SipSettings, Transport

AHEAD_MS = 2_000
"""A prompt is given in pieces, this far ahead of what is played."""
PIECE_MS = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    busy: bool
    gaps_ms: Sequence[float]
    missing: int
    counts: dict[str, int]
    cores: float
    """Of the answering process, its busy thread included."""


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--answer", choices=("idle", "busy"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.answer:
        asyncio.run(_answer_calls(args.calls, busy=args.answer == "busy"))
        return
    rows = [_row(args.calls, args.seconds, busy=busy) for busy in (False, True)]
    console = Console(width=120)
    console.print(machine(), highlight=False)
    console.print(
        f"settings  {args.calls} calls, PCMU 20 ms, {args.seconds:.0f} s", highlight=False
    )
    _print(console, rows)


# ---------------------------------------------------------------- the callers


def _row(calls: int, seconds: float, *, busy: bool) -> Row:
    words = [sys.executable, "-m", "bench.spacing", "--calls", str(calls)]
    answering = subprocess.Popen(
        [*words, "--answer", "busy" if busy else "idle"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert answering.stdin is not None
    assert answering.stdout is not None
    phones = Phones(int(answering.stdout.readline()))
    noise = mulaw_encode(line_noise(80_000)).tobytes()
    for number in range(calls):
        phones.dial("anyone", f"spacing-{number}", quiet(noise))
        phones.run(0.05)
    phones.run(2)
    up = _all_up(phones, calls)
    before = {phone.id: len(phone.sound.arrivals) for phone in up}
    began_s = process_cpu_s(answering.pid)
    phones.run(seconds)
    cores = (process_cpu_s(answering.pid) - began_s) / seconds
    answering.stdin.close()  # it tells what it counted, hangs up and ends
    counts = json.loads(answering.stdout.readline())
    phones.run(2)
    phones.close()
    answering.wait(20)
    gaps = np.concatenate([np.diff(p.sound.arrivals[before[p.id] :]) for p in up]) * 1000
    return Row(busy, gaps, sum(p.sound.missing for p in up), counts, cores)


def _all_up(phones: Phones, calls: int) -> list[Phone]:
    if len(phones.up) < calls:
        raise RuntimeError(f"{len(phones.up)} of {calls} calls were answered")
    return phones.up


# ---------------------------------------------------------------- the process that answers


async def _answer_calls(calls: int, *, busy: bool) -> None:
    """Until standard input ends."""
    settings = SipSettings(
        transports=(Transport(port=0),), media=Media(rtp_port_first=0), capacity=calls
    )
    if busy:
        threading.Thread(target=_compute, daemon=True).start()
    async with SipEndpoint(settings) as line, asyncio.TaskGroup() as group:
        print(line.addresses[0].rsplit(":", 1)[-1], flush=True)
        answering = group.create_task(_accept(line, group))
        await asyncio.to_thread(sys.stdin.read)
        counts = [leg.counters for leg in line.legs]
        names = ("underruns", "overruns", "refused")
        print(json.dumps({name: sum(c[name] for c in counts) for name in names}), flush=True)
        answering.cancel()
        for leg in line.legs:
            await leg.hang_up()


async def _accept(line: SipEndpoint, group: asyncio.TaskGroup) -> None:
    async for leg in line.incoming():
        group.create_task(_play(leg))


async def _play(leg: Leg) -> None:
    await leg.answer()
    piece = Pcm(line_noise(leg.rate * PIECE_MS // 1000) * 8, leg.rate)
    async for event in leg.events():
        while isinstance(event, Audio) and 0 <= leg.pending_ms < AHEAD_MS:
            leg.play(piece)
            if not leg.pending_ms:
                break  # it is gone


def _compute() -> None:
    number = 0
    while True:
        number = (number * 31 + 7) % 1_000_003


# ---------------------------------------------------------------- the table


def _print(console: Console, rows: Sequence[Row]) -> None:
    table = Table("a Python thread", "packets", "gap p50", "p95", "p99", "max, ms", "lost",
                  "underruns", "overruns", "refused", "cores", box=None)  # fmt: skip
    for row in rows:
        points = [f"{np.percentile(row.gaps_ms, point):.1f}" for point in (50, 95, 99, 100)]
        counts = [str(row.counts[name]) for name in ("underruns", "overruns", "refused")]
        packets = f"{len(row.gaps_ms):,}"
        name = "computes" if row.busy else "none"
        table.add_row(name, packets, *points, str(row.missing), *counts, f"{row.cores:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
