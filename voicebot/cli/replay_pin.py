"""Make a recorded call a permanent test of its flow: a scenario, masked.

    voicebot replay pin 384275ca lost_card
    voicebot replay pin 384275ca lost_card --why "the card was not blocked" --force
    voicebot replay pin 384275ca lost_card --sound

Writes tests/FLOW/NAME.txt below the flows, where `voicebot flows test` and script/test run it: what
the caller said and keyed, what back ends answered, who was at work; and what comes of it with the
flow as it is in the folder. Numbers, addresses and what text slots took are replaced, the caller's
number too. `--sound` keeps the caller's sound as well, NAME.wav and NAME.json beside it (8 kB a
second), a tone in place of what has stand-ins, of what was not understood, and of talk with people:
`voicebot replay FOLDER` puts it through voice detection and recognition. `--sound FILE.wav` writes
both channels. Read and hear it before you commit it: names within a sentence stay.

Exit codes: 0 written, and the call takes the way that it took; 1 written, but it takes another way
now (or stand-ins do); 2 nothing was written: no such call, a name that is taken, wrong use.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voicebot.audio.wav_writer import write_wav
from voicebot.cli.calls import printable
from voicebot.cli.one_call import one_call
from voicebot.cli.places import add_places
from voicebot.config.surroundings import hotline_in
from voicebot.core.audio import Pcm
from voicebot.core.errors import ConfigError
from voicebot.core.record import Fact
from voicebot.flow.anywhere import Anywhere
from voicebot.flow.flow import Flow
from voicebot.flow.loader import Flows, load_flows
from voicebot.replay.bulk import Replayer
from voicebot.replay.choosing import NotFound
from voicebot.replay.options import ReplayOptions
from voicebot.replay.pinned import pinned, write_pinned
from voicebot.replay.pinning import NotPinned, mask_of, scenario_of
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import Status
from voicebot.replay.sources import CallSource
from voicebot.replay.text_report import call_text
from voicebot.replay.toning import toned
from voicebot.scenario.coverage import Move, moves_of
from voicebot.scenario.run import Rehearsal, Result, accept
from voicebot.scenario.suite import TESTS

_BESIDE = Path("-")
"""Of `--sound`: beside the test."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("call", metavar="CALL", help="id of the call, or how it begins")
    parser.add_argument("name", metavar="NAME", help="of the test: letters, digits, - and _")
    parser.add_argument("--why", default="", metavar="TEXT", help="the test's first line")
    parser.add_argument(
        "--sound",
        type=Path,
        nargs="?",
        const=_BESIDE,
        metavar="FILE.wav",
        help="the caller's sound beside the test, toned out; or both channels into a file",
    )
    parser.add_argument("--force", action="store_true", help="in place of a test of that name")
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    try:
        return _pin(args)
    except (NotFound, NotPinned, ConfigError, OSError) as error:
        print(f"voicebot replay pin: {error}", file=sys.stderr)
        return 2


def _pin(args: argparse.Namespace) -> int:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", args.name):
        raise NotPinned(f"{args.name!r} is no name: write letters, digits, - and _")
    call = one_call(args, with_sound=args.sound is not None)
    flows = load_flows(args.flows, environment=Anywhere())
    path = args.flows / TESTS / call.flow / f"{args.name}.txt"
    if path.exists() and not args.force:
        raise NotPinned(f"{path} is there already: give --force, or another name")
    text = scenario_of(call, _flow(flows, call), args.why or f"A call of {call.clock:%Y-%m-%d}.")
    both = _sound(call, _flow(flows, call)) if args.sound else None
    beside = pinned(call, mask_of(call, _flow(flows, call))) if args.sound == _BESIDE else None
    understanding = hotline_in(args.config).understanding
    result = _written(path, text, Rehearsal(flows, args.flows, understanding))
    print(printable(f"{path}\n\n{path.read_text('utf-8')}"))
    if beside is not None and not _kept(args, *beside, path.with_suffix(".wav")):
        return 1
    if both is not None and args.sound != _BESIDE:
        write_wav(args.sound, *both)
    return _judged(call.facts, result)


def _kept(args: argparse.Namespace, value: Mapping[str, Any], heard: Pcm, path: Path) -> bool:
    """Write the sound beside the test, if the same comes of it as then."""
    write_pinned(value, heard, path)
    options = ReplayOptions(args.config, args.flows, args.data, draft=True)
    replayer = Replayer([options])
    [result] = replayer.replay(CallSource(path.name, file=path))
    replayer.close()
    if result.status is Status.SAME:
        print(f"{path}: {path.stat().st_size // 1000} kB, and its .json")
        return True
    for file in (path, path.with_suffix(".json")):
        file.unlink()
    print(call_text(result), file=sys.stderr)
    why = "the sound was not kept: with the stand-ins it goes another way now"
    print(f"voicebot replay pin: {why}", file=sys.stderr)
    return False


def _sound(call: RecordedCall, flow: Flow) -> tuple[Pcm, Pcm]:
    both = toned(call, mask_of(call, flow))
    if both is None:
        raise NotPinned("; ".join(call.problems) or "there is no recording of the call")
    return both


def _flow(flows: Flows, call: RecordedCall) -> Flow:
    if call.flow not in flows.names():
        raise NotPinned(f"there is no flow {call.flow or 'that served'} in the folder")
    return flows.get(call.flow)


def _written(path: Path, text: str, rehearsal: Rehearsal) -> Result:
    """Write the scenario with what comes of it. Raises `NotPinned` where nothing comes."""
    before = path.read_text("utf-8") if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    first = rehearsal.run(path)
    if not first.text:
        _put_back(path, before)
        raise NotPinned("; ".join(first.problems))
    accept([first])
    second = rehearsal.run(path)
    if not second.ok:
        _put_back(path, before)
        raise NotPinned("it does not come out alike twice: " + "; ".join(second.problems))
    return second


def _put_back(path: Path, before: str | None) -> None:
    if before is None:
        path.unlink()
    else:
        path.write_text(before, "utf-8")


def _judged(facts: tuple[Fact, ...], result: Result) -> int:
    then, now = tuple(moves_of(facts, result.flow)), result.moves
    if then == now:
        return 0
    print(f"voicebot replay pin: it went another way then: {_first(then, now)}", file=sys.stderr)
    return 1


def _first(then: tuple[Move, ...], now: tuple[Move, ...]) -> str:
    pairs = enumerate(zip(then, now, strict=False))
    at = next((n for n, (before, after) in pairs if before != after), min(len(then), len(now)))
    told = (_told(moves[at]) if at < len(moves) else "the end" for moves in (then, now))
    return ", now ".join(told)


def _told(move: Move) -> str:
    return f"{move.source or 'start'} -{move.via}-> {move.target}"
