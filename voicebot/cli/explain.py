"""Say what went wrong in a call, when and where, with the evidence and what to do about it.

    voicebot explain 384275ca
    voicebot explain 384275ca --json
    voicebot explain 384275ca --dead-air 6

By rules over its journal, and over its recording where there is one; nothing is guessed, and the
same call gives the same answer. Works while the hotline serves.

Exit codes: 0 nothing went wrong, 1 something did, 2 wrong use, no such call, or no database.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from voicebot.cli.calls import printable
from voicebot.cli.one_call import one_call
from voicebot.cli.places import add_places
from voicebot.config.surroundings import hotline_in
from voicebot.core.record import Cdr, fold
from voicebot.diagnosis.case import Case, Limits
from voicebot.diagnosis.finding import Finding
from voicebot.diagnosis.rules import diagnose
from voicebot.diagnosis.sound import Sound
from voicebot.flow.properties import FlowSettings
from voicebot.replay.choosing import NotFound
from voicebot.replay.expected import expected_of, flow_of
from voicebot.replay.library import THEN, FlowShelf
from voicebot.replay.options import ReplayOptions
from voicebot.replay.recorded import RecordedCall


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("call", metavar="CALL", help="id of the call, or how it begins")
    parser.add_argument(
        "--dead-air", type=_seconds, default=4.0, metavar="S", help="silence that is too long (4)"
    )
    parser.add_argument(
        "--slow", type=_seconds, default=2.0, metavar="S", help="a slow answer of a back end (2)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    try:
        call = one_call(args, with_sound=True)
    except NotFound as error:
        print(f"voicebot explain: {error}", file=sys.stderr)
        return 2
    flow = flow_of(call, _shelf(args, THEN), _shelf(args, ""))
    sound = None if call.heard is None else Sound(call.heard, call.sound_start_ms)
    limits = Limits(dead_air_ms=round(1000 * args.dead_air), slow_ms=round(1000 * args.slow))
    found = diagnose(Case(call.facts, expected_of(flow) if flow else {}, sound, limits))
    cdr = fold(call.facts)
    if args.json:
        print(json.dumps(_json(call, cdr, found, flow_known=flow is not None), ensure_ascii=False))
    else:
        print(printable(_text(call, cdr, found, flow_known=flow is not None)))
    return 1 if found else 0


def _shelf(args: argparse.Namespace, version: str) -> FlowShelf:
    options = ReplayOptions(
        config=args.config, flows=args.flows, data=args.data, flow_version=version
    )
    return FlowShelf(options, hotline_in(args.config), FlowSettings())


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value < 3_600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return value


# ---------------------------------------------------------------- what is told


def _json(
    call: RecordedCall, cdr: Cdr | None, found: Sequence[Finding], *, flow_known: bool
) -> dict[str, object]:
    return {
        "call": call.name,
        "outcome": str(cdr.outcome or "running") if cdr else "",
        "recording": call.heard is not None,
        "flow_known": flow_known,
        "findings": [finding.as_json() for finding in found],
    }


def _text(
    call: RecordedCall, cdr: Cdr | None, found: Sequence[Finding], *, flow_known: bool
) -> str:
    lines = [f"# {call.name}  {call.flow}  {cdr.outcome or 'running'}" if cdr else f"# {call.name}"]
    if call.heard is None:
        why = "; ".join(call.problems) or "there is no recording"
        lines.append(f"  {why}: rules about sound were left out")
    if not flow_known:
        lines.append("  the flow that served is not known here: thresholds are the usual ones")
    for one in found:
        where = f"  at {one.node}" if one.node else ""
        lines.append(f"{one.at_ms / 1000:7.1f}  {one.severity:<8} {one.rule}: {one.message}{where}")
        lines += [f"{'':9}{e.at_ms / 1000:.1f}  {e.text}" for e in one.evidence]
        lines.append(f"{'':9}-> {one.remedy}")
    return "\n".join([*lines, *([] if found else ["Nothing went wrong."])])
