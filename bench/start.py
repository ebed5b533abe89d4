"""How long a start takes: from the command to the first call that is answered.

    python -m bench.start [--times N]

Models and prompts are warm: `voicebot serve` has run once with this data folder, and the files are
in the system's cache. A phone calls again and again from the moment of the command, by real SIP, as
a balancer would; so the first answer comes as soon as there can be one. Milliseconds from the
command on:

answered   200 OK to the first INVITE that is answered
sound      the first RTP packet of that call
ready      the line that tells the person at the terminal
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.gauge import machine
from bench.phone import Phone, quiet
from bench.phones import Phones
from bench.turns_hotline import ROOT, Hotline, hotline
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_encode

FLOW = "bank_en"
EVERY_S = 0.05
"""Between one INVITE and the next."""
GIVE_UP_S = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """One start, in ms from the command on."""

    answered_ms: float
    sound_ms: float
    ready_ms: float


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="voicebot-start-") as folder:
        with hotline(Path(folder), ROOT / "ivr_flows"):
            pass  # speaks the prompts into the cache
        starts = [_start(Path(folder)) for _ in range(times)]
    _print(Console(width=120), starts)


def _start(folder: Path) -> Start:
    began_s = time.time()
    with hotline(folder, ROOT / "ivr_flows", wait=False) as line:
        first = _first_answered(line)
        ready_s = line.wait_until_ready()
    arrivals = first.sound.arrivals
    return Start(*((at_s - began_s) * 1000 for at_s in (first.answered_s, arrivals[0], ready_s)))


def _first_answered(line: Hotline) -> Phone:
    """Call until somebody answers, and listen until something comes."""
    phones = Phones(line.port)
    noise = mulaw_encode(line_noise(80_000)).tobytes()
    until_s = time.time() + GIVE_UP_S
    while time.time() < until_s:
        # Calls that came too early are not repeated: only what is asked now counts.
        phones.drop_unanswered()
        phone = phones.dial(FLOW, "start", quiet(noise))
        phones.run(EVERY_S)
        answered = [one for one in phones.calls if one.code == 200]
        if answered:
            phones.run(1.0)
            phones.hang_up(answered[0])
            phones.run(0.3)
            phones.close()
            return answered[0]
    raise TimeoutError(f"nobody answered {phone.caller}")


def _print(console: Console, starts: Sequence[Start]) -> None:
    console.print(machine(), highlight=False)
    console.print(
        "flows     ivr_flows (English and Mandarin), all settings default", highlight=False
    )
    table = Table("start", "answered", "sound", "ready", box=None)
    for number, one in enumerate(starts, 1):
        table.add_row(str(number), *_cells(one.answered_ms, one.sound_ms, one.ready_ms))
    columns = zip(*((s.answered_ms, s.sound_ms, s.ready_ms) for s in starts), strict=True)
    table.add_row("median", *_cells(*(statistics.median(column) for column in columns)))
    console.print(table)


def _cells(*values: float) -> list[str]:
    return [f"{value:.0f}" for value in values]


if __name__ == "__main__":
    main()
