"""Many callers on hold in one queue, by real SIP: what they hear, and whether a place is lost.

    python -m bench.holds [--holds 200] [--rate 20] [--seconds 30] [--agents 10] [--talk 4]

A hotline (`voicebot serve`, `capacity` 250) is called `--rate` times a second until `--holds` wait,
and again for each who was served; music plays for all. Its agents' phones ring half a second,
answer, and hang up after `--talk` s; then everybody hangs up at once.

refused    told to come again; lost: no final response, or ended by the hotline unserved
set up     INVITE to 200 OK, ms, p50 / p99: by the kernel's time stamp
gaps       between one packet of the music's and the next, ms, p99 / max; missing: packets
served     put through to an agent; in turn: in the order in which the queue took them
places     rows that wait in the database, against callers on the line; left: after all hung up
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.answering import Answering
from bench.gauge import Gauge, cores, gauge, machine
from bench.load import spread
from bench.phone import Phone, quiet
from bench.phones import Phones
from bench.turns_hotline import ROOT, Hotline, hotline
from bench.wire import line_noise
from voicebot.audio.g711 import mulaw_encode

FLOWS = ROOT / "bench" / "data" / "holds"
CAPACITY = 250
_OPEN = "('waiting', 'offered', 'bridged')"
_SETTLES_S = 8.0
"""After the last call hung up."""


@dataclass(frozen=True, slots=True)
class Places:
    """What the database says."""

    waiting: int
    kept: int
    """Of callers who are taken for cut off."""
    busy: int
    """Agents who have a caller, or ring."""
    served: tuple[tuple[str, int], ...]
    """Calls that were answered, and when they were offered, ms."""
    joined: tuple[str, ...]
    """All, as they came."""


class Room:
    """Callers, agents and the hotline."""

    def __init__(self, line: Hotline, agents: Answering, args: argparse.Namespace) -> None:
        self.line, self.agents, self._args = line, agents, args
        self.phones = Phones(line.port)
        self._noise = mulaw_encode(line_noise(80_000)).tobytes()
        self._next_s = time.time()

    def run(self, seconds: float, *, dialing: bool) -> None:
        """For so long; `dialing`: until so many wait as should."""
        self._next_s = time.time()
        self.phones.run(seconds, self._tick if dialing else self.agents.tick)

    def _tick(self) -> None:
        self.agents.tick()
        if time.time() < self._next_s:
            return
        self._next_s += 1 / self._args.rate
        on = len(self.phones.up) - self.agents.talking
        if on + sum(phone.dialing for phone in self.phones.calls) < self._args.holds:
            number = len(self.phones.calls)
            self.phones.dial("holds", f"hold-{number}", quiet(self._noise))

    def hang_up(self) -> None:
        """Everybody at once."""
        for phone in self.phones.up:
            self.phones.hang_up(phone)

    def places(self) -> Places:
        """As they stand now."""
        with sqlite3.connect(self.line.folder / "data" / "voicebot.db") as database:

            def one(query: str) -> int:
                return int(database.execute(query).fetchone()[0])

            count = "select count(*) from"
            found = Places(
                one(f"{count} queue_entries where state in {_OPEN}"),
                one(f"{count} queue_entries where state in ('interrupted', 'callback')"),
                one(f"{count} agents where state in ('reserved', 'ringing', 'busy', 'hold')"),
                tuple(
                    database.execute(
                        "select entry, offered_ms from queue_offers where answered_ms is not null"
                    )
                ),
                tuple(
                    str(name)
                    for (name,) in database.execute("select id from queue_entries order by ordinal")
                ),
            )
        database.close()
        return found


def main() -> None:
    """Run, print."""
    args = _arguments()
    print(machine())
    folders = tempfile.TemporaryDirectory(prefix="voicebot-holds-")
    with folders as folder, _room(Path(folder), args) as room:
        pid = room.line.process.pid
        room.run(5, dialing=False)
        before = gauge(pid)
        room.run(args.holds / args.rate, dialing=True)
        began = gauge(pid)
        room.run(args.seconds, dialing=True)
        during = gauge(pid)
        room.run(1, dialing=False)
        on, places = len(room.phones.up), room.places()
        load = os.getloadavg()[0]
        room.hang_up()
        room.run(_SETTLES_S, dialing=False)
        _show(room, args, on, places, (before, began, during), load)


@contextmanager
def _room(folder: Path, args: argparse.Namespace) -> Iterator[Room]:
    agents = Answering(ring_s=0.5, talk_s=args.talk)
    queue = '[[queues]]\nname = "holds"\nmax_length = 1000\nmax_wait_ms = 3_600_000\n'
    queue += "wrap_up_ms = 1000\n"
    people = "".join(
        f'[[agents]]\nname = "a{n}"\naddress = "sip:a{n}@127.0.0.1:{agents.port}"\n'
        'queues = ["holds"]\n'
        for n in range(args.agents)
    )
    try:
        with hotline(folder, FLOWS, f"capacity = {CAPACITY}", queue + people) as line:
            room = Room(line, agents, args)
            yield room
            room.phones.close()
    finally:
        agents.close()


def _show(
    room: Room,
    args: argparse.Namespace,
    on: int,
    places: Places,
    gauges: tuple[Gauge, Gauge, Gauge],
    load: float,
) -> None:
    calls, after = room.phones.calls, room.places()
    before, began, during = gauges
    answered = [phone for phone in calls if phone.code == 200]
    setups = [(phone.answered_s - phone.invited_s) * 1000 for phone in answered]
    gaps = np.concatenate([np.diff(phone.sound.arrivals) for phone in answered]) * 1000
    used = cores(began, during, args.seconds)
    rows = {
        "calls": len(calls),
        "answered": len(answered),
        "refused": sum(phone.code == 503 for phone in calls),
        "lost": _lost(calls, len(places.served)),
        "set up ms": spread(setups, 50, 99),
        "gaps ms": spread(gaps, 99, 100),
        "missing": sum(phone.sound.missing for phone in answered),
        "served": len(places.served),
        "in turn": _in_turn(places),
        "places": f"{places.waiting} of {on} on the line, {places.kept} taken for cut off",
        "left": f"{after.waiting + after.kept} places, {after.busy} agents, "
        f"{room.agents.ringing} phones ringing",
        "hung up": f"{sum(p.ended_s > 0 and not p.by_far_end for p in answered)} BYEs answered",
        "cores": " + ".join(f"{value:.2f} {kind}" for kind, value in used.items()),
        "MB": f"{during.memory_mb:.0f}, {before.memory_mb:.0f} before",
        "load": f"{load:.1f}",
        "late ms": spread([s * 1000 for s in room.phones.late_s], 99),
    }
    for name, value in rows.items():
        print(f"{name:<10}{value}")


def _lost(calls: list[Phone], served: int) -> int:
    """Callers who got no final response, or whom the hotline left though nobody served them."""
    ended = sum(phone.by_far_end for phone in calls)
    return sum(phone.dialing for phone in calls) + max(0, ended - served)


def _in_turn(places: Places) -> str:
    """How many of those who were served nobody had been offered before who came later."""
    order = {name: place for place, name in enumerate(places.joined)}
    served = [(order[name], offered_ms) for name, offered_ms in places.served]
    passed = sum(
        any(later > place and before_ms < offered_ms for later, before_ms in served)
        for place, offered_ms in served
    )
    return f"{len(served) - passed} of {len(served)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--holds", type=int, default=200, help="callers who wait (200)")
    parser.add_argument("--rate", type=float, default=20, help="calls begun a second (20)")
    parser.add_argument("--seconds", type=float, default=30, help="after so many wait (30)")
    parser.add_argument("--agents", type=int, default=10, help="(10)")
    parser.add_argument("--talk", type=float, default=4, help="how long each talks, s (4)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
