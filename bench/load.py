"""How many calls a machine holds, and what each of them costs.

    python -m bench.load [--at-once N ...] [--seconds S] [--share P] [--capacity N]

A hotline (`voicebot serve`, default settings) is called by real SIP, `--rate` calls a second. Its
flow is a menu with a long prompt that may be interrupted: prompts play all the time. Every caller
sends RTP all the time, and speaks for `--share` of it, over the prompt as callers do: the speech is
recognized, the flow answers, the menu begins again. 20 of 100 speak at any moment, then.

set up     INVITE to 200 OK, ms, p50 / p99: by the kernel's time stamp
first      INVITE to the first RTP packet of the bot, ms, p99
gaps       between one packet of the bot's and the next, ms, p99 / max
lost       RTP packets, of both directions; dry: gaps within a prompt; over: sound nobody took
calls      answered, refused (503 with Retry-After), and of the answered those that did not go well:
           ended by the bot, or without their end in the journal
readings   utterances recognized; decode: what a reading took, p50 / p95; failed: of all engines
cores      of the hotline: serving process, recognizers, voices; %: of a core, a call, all of them
MB         resident memory of the serving process; a call: what it grew by, for each call
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.gauge import Gauge, cores, gauge, machine
from bench.load_facts import CallFacts, facts_of
from bench.phone import Phone, Voice, quiet, talking
from bench.phones import Phones
from bench.turns_hotline import ROOT, Hotline, hotline
from bench.turns_speech import clips_by_flow
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_encode

FLOWS = ROOT / "bench" / "data" / "load"
FLOW = "load_menu"
WARM_S = 5.0
"""The hotline compiles its grammars meanwhile."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of so many calls at once."""

    wanted: int
    phones: Sequence[Phone]
    facts: CallFacts
    cores: dict[str, float]
    """While all of them were up."""
    before: Gauge
    during: Gauge
    own_cores: float
    """CPU of this process, in cores."""
    late_s: Sequence[float]
    load: float

    @property
    def answered(self) -> list[Phone]:
        """The calls that were answered."""
        return [phone for phone in self.phones if phone.code == 200]

    @property
    def refused(self) -> int:
        """The calls that were told to come again later."""
        return sum(phone.code == 503 and bool(phone.retry_after) for phone in self.phones)

    @property
    def unwell(self) -> int:
        """Calls that were neither answered and well, nor refused in order."""
        ended = sum(not phone.by_far_end for phone in self.answered)
        return len(self.phones) - self.refused - min(ended, self.facts.ended)


def main() -> None:
    """Run, print."""
    args = _arguments()
    console = Console(width=150)
    voices = Voices(args.share, args.speech)
    console.print(machine(), highlight=False)
    console.print(voices.described, highlight=False)
    sip = f"capacity = {args.capacity}" if args.capacity else ""
    with (
        tempfile.TemporaryDirectory(prefix="voicebot-load-") as folder,
        hotline(Path(folder), FLOWS, sip) as line,
    ):
        rows = run(line, voices, args)
    show(console, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--at-once", type=int, nargs="+", default=[10, 25, 50, 100, 200])
    parser.add_argument("--seconds", type=float, default=20, help="after the last was dialed (20)")
    parser.add_argument("--share", type=float, default=0.2, help="part of the time spoken (0.2)")
    parser.add_argument("--rate", type=float, default=20, help="calls begun a second (20)")
    parser.add_argument("--capacity", type=int, help="instead of the hotline's default")
    parser.add_argument("--speech", type=Path, default=None, metavar="FOLDER")
    return parser.parse_args()


class Voices:
    """What callers say."""

    def __init__(self, share: float, speech: Path | None) -> None:
        self._share, self._chance = share, random.Random(0)
        clips = clips_by_flow(speech)["turns_bank"]
        self._noise = mulaw_encode(line_noise(80_000)).tobytes()
        self._clips = [mulaw_encode(clip.samples).tobytes() for clip in clips]
        seconds = [len(clip) / 8_000 for clip in self._clips]
        self.described = (
            f"callers   each speaks {share:.0%} of the time, {len(clips)} phrases by flite of "
            f"{min(seconds):.1f} to {max(seconds):.1f} s, PCMU 20 ms"
        )

    def next(self) -> Voice:
        """Another caller's."""
        if not self._share:
            return quiet(self._noise)
        return talking(self._noise, self._clips, self._share, self._chance)


def run(line: Hotline, voices: Voices, args: argparse.Namespace) -> list[Row]:
    """A row for each number of calls."""
    phones = Phones(line.port)
    phones.run(WARM_S)
    rows = [_row(line, phones, voices, wanted, args) for wanted in args.at_once]
    phones.close()
    return rows


def _row(
    line: Hotline, phones: Phones, voices: Voices, wanted: int, args: argparse.Namespace
) -> Row:
    pid, load = line.process.pid, os.getloadavg()[0]
    phones.late_s.clear()
    before = gauge(pid)
    for number in range(wanted):
        phones.dial(FLOW, f"load-{wanted}-{number}", voices.next())
        phones.run(1 / args.rate)
    began, own = gauge(pid), sum(os.times()[:2])
    phones.run(args.seconds)
    during, own = gauge(pid), sum(os.times()[:2]) - own
    used = cores(began, during, args.seconds)
    calls = list(phones.calls)
    for phone in calls:
        phones.hang_up(phone)
        phones.run(1 / (2 * args.rate))
    phones.run(3)
    phones.calls.clear()
    facts = facts_of(line, f"load-{wanted}-")
    late = list(phones.late_s)
    return Row(wanted, calls, facts, used, before, during, own / args.seconds, late,
               max(load, os.getloadavg()[0]))  # fmt: skip


# ---------------------------------------------------------------- the tables


def show(console: Console, rows: Sequence[Row]) -> None:
    """Print."""
    line = Table("calls", "answered", "refused", "unwell", "set up", "first", "gaps", "lost in/out",
                 "dry", "over", "late", "load", box=None)  # fmt: skip
    for row in rows:
        line.add_row(*_line(row))
    console.print(line)
    work = Table("calls", "readings", "decode", "failed", "cores", "serve", "asr", "tts",
                 "% a call", "MB", "MB a call", "files", "threads", "callers'",
                 box=None)  # fmt: skip
    for row in rows:
        work.add_row(*_work(row))
    console.print(work)


def _line(row: Row) -> list[str]:
    answered = row.answered
    setups = [(p.answered_s - p.invited_s) * 1000 for p in answered]
    firsts = [(p.sound.arrivals[0] - p.invited_s) * 1000 for p in answered if p.sound.arrivals]
    gaps = np.concatenate([np.diff(p.sound.arrivals) for p in answered]) * 1000
    heard = row.facts
    return [
        str(row.wanted),
        str(len(answered)),
        str(row.refused),
        str(row.unwell),
        spread(setups, 50, 99),
        spread(firsts, 99),
        spread(gaps, 99, 100),
        f"{heard.lost}/{sum(p.sound.missing for p in answered)}",
        str(heard.underruns),
        str(heard.overruns),
        spread([s * 1000 for s in row.late_s], 99),
        f"{row.load:.1f}",
    ]


def _work(row: Row) -> list[str]:
    up, total = max(1, len(row.answered)), sum(row.cores.values())
    grown = row.during.memory_mb - row.before.memory_mb
    return [
        str(row.wanted),
        str(len(row.facts.decode_ms)),
        spread(row.facts.decode_ms, 50, 95),
        str(row.facts.failed),
        f"{total:.2f}",
        *(f"{row.cores[kind]:.2f}" for kind in ("serve", "asr", "tts")),
        f"{100 * total / up:.2f}",
        f"{row.during.memory_mb:.0f}",
        f"{grown / up:.2f}",
        str(row.during.files),
        str(row.during.threads),
        f"{row.own_cores:.2f}",
    ]


def spread(values: Sequence[float] | np.ndarray, *points: int) -> str:
    """Percentiles, as 12 / 34."""
    if not len(values):
        return "-"
    return " / ".join(f"{np.percentile(values, point):.1f}" for point in points)


if __name__ == "__main__":
    main()
