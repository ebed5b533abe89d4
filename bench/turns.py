"""The two figures of a conversation, measured on the wire, and where the time goes.

    python -m bench.turns [--calls N] [--at-once N ...] [--seconds S] [--json FILE]

A hotline (`voicebot serve`, default settings, flows of `bench/data/turns`) is called by real SIP.
Callers send speech whose first and last sample are known (`bench/turns_speech.py`) in packets of
20 ms, and note by the kernel's time stamps when packets with sound come back.

answer after   end of the caller's speech -> first packet with sound of the answer, ms
quiet after    onset of the caller's speech -> last packet with sound of the interrupted prompt, ms
understood, not: the same for turns that answered the question and those that did not, which the
               hotline gives more silence; "all" are both
stages         medians of what `bench/turns_stages.py` tells, for turns that were understood

Turns that have no figure are counted: no answer within 8 s, prompts that went on, prompts that were
silent for a moment when the caller began and did not go on, answers that cut in. With N calls at
once, N callers of all kinds talk all the time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.turns_caller import Caller, Turn
from bench.turns_hotline import ROOT, Hotline, hotline
from bench.turns_speech import Clip, clips_by_flow, sources
from bench.turns_stages import Stages, stages
from bench.wire import WireCall
from voicebot import vad
from voicebot.core.turn import Timing
from voicebot.sip.settings import Media
from voicebot.turns.settings import BargeInSettings

TARGETS = {"answer": "450 p50, 700 p95", "quiet": "250 p95"}
"""Of the next step, in ms."""
WARM_S = 5.0
"""The hotline compiles its grammars meanwhile."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of so many calls at once."""

    at_once: int
    stages: Sequence[Stages]
    gaps_ms: Sequence[float]
    """Between one packet of the bot's and the next."""
    lateness_ms: Sequence[float]
    """Of the callers' own packets."""
    load: float
    """Of the machine, one minute."""
    cores: float
    """CPU that the hotline used, in cores."""


async def main() -> None:
    """Run, print."""
    args = _arguments()
    clips = clips_by_flow(args.speech)
    console = Console(width=140)
    console.print(_setting(clips), highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="voicebot-turns-") as folder,
        hotline(Path(folder)) as line,
    ):
        await asyncio.sleep(WARM_S)
        rows = [await _row(line, clips, n, args) for n in args.at_once]
    _print(console, rows)
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows]), "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent / "shared")) / "data" / "speech"
    parser.add_argument("--calls", type=int, default=4, help="calls a row, at least (4)")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 10, 20], metavar="N")
    parser.add_argument("--seconds", type=float, default=45, help="length of a call (45)")
    parser.add_argument("--speech", type=Path, default=shared if shared.is_dir() else None)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every turn, to this file")
    return parser.parse_args()


# ---------------------------------------------------------------- the calls


async def _row(
    line: Hotline, clips: dict[str, list[Clip]], at_once: int, args: argparse.Namespace
) -> Row:
    load, before_s = os.getloadavg()[0], line.cpu_s()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    calls: list[tuple[str, list[Turn], WireCall]] = []
    for first in range(0, max(args.calls, at_once), at_once):
        count = min(at_once, max(args.calls, at_once) - first)
        calls += await asyncio.gather(
            *(_call(line, clips, first + i, at_once, args.seconds) for i in range(count))
        )
    cores = (line.cpu_s() - before_s) / (loop.time() - began_s)
    await asyncio.sleep(2)  # the journal is written within a second
    facts = line.facts()
    found = [s for name, turns, _ in calls for s in stages(turns, facts.get(name, ()))]
    gaps = [float(gap) for _, _, call in calls for gap in _gaps_ms(call)]
    late = [s * 1000 for _, _, call in calls for s in call.lateness_s]
    return Row(at_once, found, gaps, late, max(load, os.getloadavg()[0]), cores)


async def _call(
    line: Hotline, clips: dict[str, list[Clip]], number: int, at_once: int, seconds: float
) -> tuple[str, list[Turn], WireCall]:
    flow = list(clips)[number % len(clips)]
    name = f"bench-{at_once}-{number}"
    await asyncio.sleep(number % at_once * 0.15)
    phase = number * 0.618 % 1
    async with WireCall("127.0.0.1", line.port, flow, name, phase) as call:
        turns = await Caller(call, name, flow, clips[flow]).turns(seconds)
    return name, turns, call


def _gaps_ms(call: WireCall) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    gaps: np.ndarray[tuple[int], np.dtype[np.float64]]
    gaps = np.diff([a.at_s for a in call.arrivals]) * 1000
    return gaps


# ---------------------------------------------------------------- the tables


def _setting(clips: dict[str, list[Clip]]) -> str:
    timing, media = Timing(), Media()
    second = vad.missing_reason() or "webrtcvad 3 and Silero"
    lines = [
        f"machine   {os.cpu_count()} cores, {_cpu()}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; callers and hotline share it",
        f"models    PocketSphinx {version('pocketsphinx')} (bundled US English), {second}, "
        f"espeak-ng by pyttsx3 {version('pyttsx3')}",
        f"settings  end_certain {timing.end_certain_ms} ms, end_complete "
        f"{timing.end_complete_ms} ms, end_phrase {timing.end_phrase_ms} ms, "
        f"jitter prefetch {media.jitter_prefetch_ms} ms, PCMU 20 ms",
        f"clips     {sources(clips)}",
    ]
    return "\n".join(lines)


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "")


def _print(console: Console, rows: Sequence[Row]) -> None:
    figures = Table("calls", "figure, ms", "turns", "n", "p50", "p95", "p99", "max", "target",
                    box=None)  # fmt: skip
    for row in rows:
        for label, chosen in _kinds(row.stages):
            answered = [s.turn.answered_ms for s in chosen]
            _figure(figures, row, "answer after", label, answered, TARGETS["answer"])
        quiet = [s.turn.quiet_ms for s in row.stages]
        _figure(figures, row, "quiet after", "interrupting", quiet, TARGETS["quiet"])
    console.print(figures)
    where = Table("calls", "stages, p50 (p95)", "line", "silence", "words", "flow", "sound", "",
                  "onset", "judge", box=None)  # fmt: skip
    for row in rows:
        taken = [s for s in row.stages if s.understood and s.turn.answer_s]
        parts = ("line", "silence", "words", "flow", "sound")
        where.add_row(
            str(row.at_once), "", *(_spread(getattr(s, part) for s in taken) for part in parts), "",
            _spread(s.onset for s in row.stages), _spread(s.judge for s in row.stages),
        )  # fmt: skip
    console.print(where)
    for row in rows:
        console.print(_counts(row), highlight=False)
    console.print(_caps(), highlight=False)


def _kinds(found: Sequence[Stages]) -> Iterable[tuple[str, list[Stages]]]:
    yield "all", list(found)
    yield "understood", [s for s in found if s.understood]
    yield "not", [s for s in found if not s.understood]


def _figure(
    table: Table, row: Row, name: str, label: str, values: Iterable[float | None], target: str
) -> None:
    known = [value for value in values if value is not None]
    points = [f"{np.percentile(known, p):.0f}" for p in (50, 95, 99, 100)] if known else [""] * 4
    shown = target if label != "not" else ""
    table.add_row(str(row.at_once), name, label, str(len(known)), *points, shown)


def _spread(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return f"{statistics.median(known):.0f} ({np.percentile(known, 95):.0f})"


def _counts(row: Row) -> str:
    turns = [s.turn for s in row.stages]
    silent = sum(t.answer_s is None and not t.missed for t in turns)
    return (
        f"{row.at_once:>3} at once: {len(turns)} turns, {sum(s.understood for s in row.stages)} "
        f"understood, {silent} without an answer, {sum(t.cut_in for t in turns)} cut in, "
        f"{sum(t.missed for t in turns)} of {sum(t.interrupts for t in turns)} prompts went on, "
        f"{sum(t.in_pause for t in turns)} began in a pause of one; "
        f"bot's packets p99 {np.percentile(row.gaps_ms, 99):.1f} ms apart; callers' late by p99 "
        f"{np.percentile(row.lateness_ms, 99):.1f} ms; hotline {row.cores:.2f} cores; "
        f"load {row.load:.1f}"
    )


def _caps() -> str:
    timing, media, barge_in = Timing(), Media(), BargeInSettings()
    fixed = timing.end_certain_ms + 10 + media.jitter_prefetch_ms + 10
    return (
        f"What caps the first figure: {timing.end_certain_ms} ms of silence by the settings "
        f"({timing.end_complete_ms} where the answer is not beyond doubt), 10 ms on average until "
        f"a packet is full, {media.jitter_prefetch_ms} ms of jitter buffer, 10 ms on average until "
        f"the next packet leaves: {fixed} ms before anything is computed. The second: as much of "
        f"the line, {barge_in.outburst_ms} ms of sound that stands out from a quiet line, else "
        f"{barge_in.suspect_ms} ms of sure speech, and how softly the caller begins."
    )


if __name__ == "__main__":
    asyncio.run(main())
