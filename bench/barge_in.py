"""False barge-ins: calls on which nobody speaks, and the prompts that are interrupted all the same.

    python -m bench.barge_in [--calls 10] [--seconds 65] [--at-once 25] [--seed 0] [--only TEXT ...]

A hotline (`voicebot serve`, default settings, a menu that is read again and again) is called by
real SIP from lines with noise, music, a crowd, knocks, coughs, somebody who says uh-huh now and
then, or the bot's own echo (160 ms late). The whole chain decides: voice activity detection, the
judge of barge-ins, recognition. Its journal is counted:

prompts    minutes of prompts that were played
pauses     times that a prompt paused and went on, in 10 minutes of prompts
barge-ins  times that a prompt was given up, in 10 minutes of prompts; the target is 1 at most

On the lines with a caller somebody does speak while the bot does, phrases of the menu (flite):

ended      interruptions that ended the prompt, and ms from the caller's onset to that
others     prompts that were given up while the caller said nothing
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.barge_in_callers import InterruptingCall, clips, interruptions
from bench.barge_in_lines import BACKGROUNDS, Background, prepare
from bench.turns_hotline import ROOT, Hotline, hotline
from bench.vad import default_folder
from bench.wire import Said
from voicebot.core.record import Fact, FactKind

FLOWS = ROOT / "bench" / "data" / "barge_in"


@dataclass(frozen=True, slots=True)
class Count:
    """What came of one kind of line."""

    calls: int
    prompts_min: float
    pauses: int
    barge_ins: int

    def in_ten(self, number: int) -> float:
        """In 10 minutes of prompts."""
        return 10 * number / self.prompts_min if self.prompts_min else float("nan")


async def main() -> None:
    """Run, print."""
    args = _arguments()
    chosen = [b for b in BACKGROUNDS if _wanted(b, args.only)]
    console = Console(width=120)
    prepare(args.speech, chosen, args.seed)
    with (
        tempfile.TemporaryDirectory(prefix="voicebot-barge-in-") as folder,
        hotline(Path(folder), FLOWS) as line,
    ):
        said = await _calls(line, chosen, args)
        await asyncio.sleep(2)  # the journal is written within a second
        facts = line.facts()
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; default settings")
    console.print(_table([b for b in chosen if not b.caller], facts))
    console.print(_callers_table([b for b in chosen if b.caller], said, facts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=10, help="calls a kind of line (10)")
    parser.add_argument("--seconds", type=float, default=65, help="length of a call (65)")
    parser.add_argument("--at-once", type=int, default=25, help="calls at once (25)")
    parser.add_argument("--seed", type=int, default=0, help="another crowd, other moments (0)")
    parser.add_argument("--only", nargs="+", default=[""], help="kinds whose title has this text")
    parser.add_argument("--speech", type=Path, default=default_folder(), help="for the crowd")
    return parser.parse_args()


def _wanted(background: Background, texts: Sequence[str]) -> bool:
    return any(text in background.title for text in texts)


async def _calls(
    line: Hotline, chosen: Sequence[Background], args: argparse.Namespace
) -> dict[str, list[Said]]:
    """What was said in each call, by the caller's name."""
    free, phrases = asyncio.Semaphore(args.at_once), clips()
    said: dict[str, list[Said]] = {}

    async def one(background: Background, number: int) -> None:
        async with free:
            caller = f"{BACKGROUNDS.index(background)}-{number}"
            call = InterruptingCall(line.port, caller, number + 100 * args.seed, background)
            async with asyncio.timeout(args.seconds + 30):
                async with call:
                    if background.caller:
                        said[caller] = await call.interrupt(phrases, caller, args.seconds)
                    else:
                        await asyncio.sleep(args.seconds)
            if call.ended:
                print(f"{background.title}: the bot hung up")

    await asyncio.gather(*(one(b, number) for b in chosen for number in range(args.calls)))
    return said


def _of(background: Background, facts: dict[str, tuple[Fact, ...]]) -> dict[str, tuple[Fact, ...]]:
    number = f"{BACKGROUNDS.index(background)}-"
    return {name: of for name, of in facts.items() if name.startswith(number)}


def _table(chosen: Sequence[Background], facts: dict[str, tuple[Fact, ...]]) -> Table:
    table = Table("line", "calls", "prompts, min", "pauses in 10 min", "barge-ins in 10 min",
                  "barge-ins", box=None)  # fmt: skip
    for background in chosen:
        count = _count([*_of(background, facts).values()])
        table.add_row(
            background.title, str(count.calls), f"{count.prompts_min:.1f}",
            f"{count.in_ten(count.pauses):.1f}", f"{count.in_ten(count.barge_ins):.1f}",
            str(count.barge_ins),
        )  # fmt: skip
    return table


def _callers_table(
    chosen: Sequence[Background],
    said: dict[str, list[Said]],
    facts: dict[str, tuple[Fact, ...]],
) -> Table:
    table = Table("line", "calls", "interruptions", "ended", "p50, ms", "p95", "others", box=None)
    for background in chosen:
        mine = _of(background, facts)
        found = interruptions((said[name], of) for name, of in mine.items())
        points = (
            [f"{p:.0f}" for p in np.percentile(found.after_ms, [50, 95])]
            if found.after_ms
            else ["", ""]
        )
        table.add_row(
            background.title, str(len(mine)), str(found.said), str(len(found.after_ms)),
            *points, str(found.others),
        )  # fmt: skip
    return table


def _count(calls: Sequence[tuple[Fact, ...]]) -> Count:
    facts = [fact for call in calls for fact in call]
    said_ms = sum(int(f.data["heard_ms"]) for f in facts if f.kind is FactKind.SAID)
    return Count(
        len(calls),
        said_ms / 60_000,
        sum(f.kind is FactKind.RESUMED for f in facts),
        sum(f.kind is FactKind.BARGED_IN for f in facts),
    )


if __name__ == "__main__":
    asyncio.run(main())
