"""Whether the last of many calls costs what the first did.

    python -m bench.soak [--calls 10000] [--rate 20]

Calls of a sentence each, answered, recorded and hung up by the hotline, come by real SIP at a
steady rate. After each tenth of them: what they cost, and what the hotline holds. Nothing may grow
with the calls but the database and the recordings on the disk.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.gauge import Gauge, gauge, machine
from bench.load import FLOWS, spread
from bench.phone import Phone, quiet
from bench.phones import Phones
from bench.turns_hotline import Hotline, hotline
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_encode

FLOW = "load_greeting"
SETTLE_S = 6.0
"""After the last call of a tenth, so that only what stays is counted."""


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the calls."""

    calls: int
    """So far."""
    well: int
    """Answered, and hung up by the hotline."""
    setups_ms: Sequence[float]
    missing: int
    """Packets lost on the way to callers."""
    cpu_ms: float
    """CPU of the hotline for one call."""
    after: Gauge


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=20)
    args = parser.parse_args()
    console = Console(width=120)
    console.print(machine(), highlight=False)
    console.print(f"settings  {args.rate:g} calls a second, all settings default", highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="voicebot-soak-") as folder,
        hotline(Path(folder), FLOWS) as line,
    ):
        tenths = _soak(line, args.calls, args.rate)
    _print(console, tenths)


def _soak(line: Hotline, calls: int, rate: float) -> list[Tenth]:
    phones = Phones(line.port)
    noise = mulaw_encode(line_noise(80_000)).tobytes()
    phones.run(SETTLE_S)
    tenths, before = [], gauge(line.process.pid)
    for number in range(1, 11):
        ended: list[Phone] = []
        for call in range(calls // 10):
            phones.dial(FLOW, f"soak-{number}-{call}", quiet(noise))
            phones.run(1 / rate)
            ended += phones.drop_ended()
        phones.run(SETTLE_S)
        ended += phones.drop_ended()
        after = gauge(line.process.pid)
        tenths.append(_tenth(number * (calls // 10), ended, before, after))
        before = after
        phones.late_s.clear()
        print(f"{time.strftime('%H:%M:%S')} {tenths[-1].calls} calls", flush=True)
    phones.close()
    return tenths


def _tenth(calls: int, ended: Sequence[Phone], before: Gauge, after: Gauge) -> Tenth:
    used_s = sum(after.cpu_s.values()) - sum(before.cpu_s.values())
    well = sum(phone.code == 200 and phone.by_far_end for phone in ended)
    setups = [(phone.answered_s - phone.invited_s) * 1000 for phone in ended if phone.code == 200]
    missing = sum(phone.sound.missing for phone in ended)
    return Tenth(calls, well, setups, missing, used_s * 1000 / max(1, len(ended)), after)


def _print(console: Console, tenths: Sequence[Tenth]) -> None:
    table = Table("calls", "well", "set up p50 / p99, ms", "lost", "CPU ms a call", "MB",
                  "workers MB", "files", "sockets", "threads", box=None)  # fmt: skip
    for one in tenths:
        table.add_row(
            str(one.calls), str(one.well), spread(one.setups_ms, 50, 99), str(one.missing),
            f"{one.cpu_ms:.1f}", f"{one.after.memory_mb:.1f}", f"{one.after.workers_mb:.0f}",
            str(one.after.files), str(one.after.sockets), str(one.after.threads),
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
