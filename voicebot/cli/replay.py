"""Replay recorded calls through today's code, flows and models, and see what would be different.

  voicebot replay 384275ca                          a call, by how its id begins
  voicebot replay 384275ca --html call.html         with both waveforms, to be heard
  voicebot replay --since 7d --where outcome=hung_up --json result.json
  voicebot replay recordings/ --flow bank_en        WAV files of any origin, their words in .txt
  voicebot replay --since 7d --flows my_flows       against other flows
  voicebot replay --since 7d --set vad.mode=2       with another setting
  voicebot replay --since 7d --sweep timing.end_complete_ms=300,400,600
  voicebot replay --since 30d --from dialogue       only the words: milliseconds a call
  voicebot replay label 384275ca                    what was really said (label --help)
  voicebot replay pin 384275ca lost_card            the call as a test (pin --help)

The caller's channel and keys go through voice detection, recognition, understanding and the flow in
virtual time; what the back end answered, the clock, queues and people are as they were then.

Exit codes: 0 all the same, 1 some are different, 2 some could not be replayed (and none is
different), or wrong use.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from voicebot.cli.calls import printable
from voicebot.cli.calls_search import parse_since, spellings
from voicebot.cli.places import add_places, store_url
from voicebot.core.call import Outcome
from voicebot.core.errors import EngineError
from voicebot.replay.bulk import Replayer, replay_all
from voicebot.replay.caller import Timing
from voicebot.replay.changing import parse_value
from voicebot.replay.choosing import Chosen, NotFound, chosen
from voicebot.replay.junit import junit
from voicebot.replay.live_backend import live_backend
from voicebot.replay.options import JOURNAL, LIVE, From, ReplayOptions
from voicebot.replay.page import call_page, totals_page
from voicebot.replay.result import CallResult, Status
from voicebot.replay.text_report import call_text, totals_text
from voicebot.replay.totals import totals_of
from voicebot.replay.voice import Prompts
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter

PARTS = {"label": "voicebot.cli.replay_label", "pin": "voicebot.cli.replay_pin"}
_WHERE = ("flow", "outcome", "caller", "text", "intent", "tag", "confidence")
_SHOWN = 20
"""Calls whose differences are shown as text; the others only count."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "calls", nargs="*", metavar="CALL|FILE|FOLDER", help="ids, WAV files, folders of them"
    )
    _configure_filter(parser.add_argument_group("which calls, in place of names"))
    _configure_now(parser.add_argument_group("against what"))
    _configure_how(parser.add_argument_group("how"))
    output = parser.add_argument_group("what comes of it")
    output.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="JSON, the same at each run"
    )
    output.add_argument("--junit", type=Path, metavar="FILE", help="JUnit's XML")
    output.add_argument("--html", type=Path, metavar="FILE", help="a page that needs no network")
    add_places(parser)


def _configure_filter(group: Any) -> None:
    group.add_argument("--all", action="store_true", help="every call of the hotline")
    group.add_argument("--since", type=parse_since, metavar="WHEN", help="30m, 2h, 7d, 2026-11-22")
    group.add_argument("--until", type=parse_since, metavar="WHEN", help="the same")
    group.add_argument(
        "--where",
        action="append",
        type=_where,
        default=[],
        metavar="NAME=VALUE",
        help="flow, outcome, caller, text, intent, tag; confidence=0.5: something was heard with "
        "less",
    )
    group.add_argument("--limit", type=int, default=0, metavar="N", help="the youngest N")


def _configure_now(group: Any) -> None:
    group.add_argument(
        "--flow", default="", metavar="NAME", help="another flow than that of the call"
    )
    group.add_argument(
        "--flow-version",
        default="",
        metavar="VERSION",
        help="`then` for the versions that the call was served with, or how one begins",
    )
    group.add_argument(
        "--draft", action="store_true", help="the folder's flows, whatever was published"
    )
    group.add_argument(
        "--set",
        action="append",
        type=_setting,
        default=[],
        dest="values",
        metavar="NAME=VALUE",
        help="vad.*, recognition.*, understanding.*, speech.*, timing.*, flow.*, endpointing.*, "
        "barge_in.*",
    )
    group.add_argument(
        "--sweep",
        action="append",
        type=_sweep,
        default=[],
        metavar="NAME=A,B,C",
        help="each of the values; several sweeps: each with each",
    )
    group.add_argument(
        "--backend",
        choices=(JOURNAL, LIVE),
        default=JOURNAL,
        help="who answers http nodes: the journal, or the flows' back ends as they are now",
    )


def _configure_how(group: Any) -> None:
    group.add_argument(
        "--from",
        dest="begin",
        choices=[one.value for one in From],
        default=From.SOUND.value,
        help="with the sound, or with what was recognized then",
    )
    group.add_argument(
        "--timing",
        choices=[one.value for one in Timing],
        default=Timing.RELATIVE.value,
        help="the caller speaks and presses keys as long after a prompt as then (relative), or "
        "at the same time of the call (absolute)",
    )
    group.add_argument(
        "--prompts",
        choices=[one.value for one in Prompts],
        default=Prompts.THEN.value,
        help="with their sound and length of then, or as they are spoken today",
    )
    group.add_argument(
        "--caller-channel",
        choices=("left", "right"),
        default="left",
        help="of stereo files that are named (left)",
    )
    group.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (one a core)")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    try:
        return _run(args)
    except (NotFound, EngineError) as error:
        print(f"voicebot replay: {error}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace) -> int:
    variants, names = _variants(args)
    found = _chosen(args)
    if not found.sources:
        raise NotFound("there is no such call" if args.calls else "no call fits")
    if len(found.sources) == len(variants) == 1 or variants[0].backend == LIVE:
        return _one_by_one(args, found, variants[0])
    checking = Replayer(variants)
    checking.check()
    checking.close()
    with _bar(len(found.sources)) as advance:
        each = replay_all(found.sources, variants, jobs=args.jobs, progress=advance)
    results = [[one[number] for one in each] for number in range(len(variants))]
    _tell(args, results, names, found)
    return _exit_code([one for variant in results for one in variant])


def _one_by_one(args: argparse.Namespace, found: Chosen, options: ReplayOptions) -> int:
    """In this process: a single call with its page, or the live back end."""
    replayer = Replayer([options])
    replayer.check()
    live = live_backend(replayer.hotline) if options.backend == LIVE else nullcontext()
    with live as backend:
        outcomes = [replayer.outcome(source, backend) for source in found.sources]
    replayer.close()
    results = [outcome.result for outcome in outcomes]
    if len(outcomes) == 1 and args.html:
        args.html.write_text(call_page(outcomes[0]), "utf-8")
        args = argparse.Namespace(**{**vars(args), "html": None})
    _tell(args, [results], [""], found)
    return _exit_code(results)


def _exit_code(results: Sequence[CallResult]) -> int:
    statuses = {one.status for one in results}
    if Status.DIFFERENT in statuses:
        return 1
    return 2 if Status.NOT_REPLAYED in statuses else 0


# ---------------------------------------------------------------- what was asked for


def _chosen(args: argparse.Namespace) -> Chosen:
    wanted = CallFilter(since=args.since, until=args.until, **_fields(args.where))
    filtered = args.all or args.limit or wanted != CallFilter()
    if not args.calls and not filtered:
        raise NotFound("name calls, files or a folder, or give --since, --where or --all")
    store = None
    if filtered or any(not Path(name).exists() for name in args.calls):
        store = open_calls(store_url(args))
    try:
        channel = 1 if args.caller_channel == "right" else 0
        which = wanted if filtered else None
        return chosen(args.calls, which, store, limit=args.limit, caller_channel=channel)
    finally:
        if store is not None:
            store.close()


def _variants(args: argparse.Namespace) -> tuple[list[ReplayOptions], list[str]]:
    """Options with each combination of what is swept, and their names."""
    base = ReplayOptions(
        config=args.config,
        flows=args.flows,
        data=args.data,
        draft=args.draft,
        flow=args.flow,
        flow_version=args.flow_version,
        begin=From(args.begin),
        timing=Timing(args.timing),
        prompts=Prompts(args.prompts),
        backend=args.backend,
        values=dict(args.values),
    )
    options, names = [], []
    for choice in itertools.product(*([(name, v) for v in values] for name, values in args.sweep)):
        options.append(replace(base, values={**base.values, **dict(choice)}))
        names.append(" ".join(f"{name}={value}" for name, value in choice))
    return options, names


def _fields(where: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of the filter. Raises `NotFound` where one is given twice: all must fit."""
    fields = dict(where)
    if len(fields) < len(where):
        raise NotFound("--where: give each name once; calls must fit all of them")
    if "caller" in fields:
        fields["callers"] = tuple(spellings([fields.pop("caller")]))
    return fields


def _where(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if name not in _WHERE or not equals:
        known = ", ".join(_WHERE)
        raise argparse.ArgumentTypeError(f"{text!r} is no filter; write NAME=VALUE with {known}")
    if name == "outcome":
        if value not in list(Outcome):
            known = ", ".join(Outcome)
            raise argparse.ArgumentTypeError(f"{value!r} is no outcome; known: {known}")
        return name, Outcome(value)
    if name != "confidence":
        return name, value
    try:
        return name, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is no confidence from 0 to 1") from None


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=VALUE, as vad.mode=2")
    return name, parse_value(value)


def _sweep(text: str) -> tuple[str, list[Any]]:
    name, values = _setting(text)
    found = [parse_value(part) for part in str(values).split(",") if part]
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=A,B,C")
    return name, found


# ---------------------------------------------------------------- what is told


@contextmanager
def _bar(count: int) -> Iterator[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=count)
        yield lambda done: progress.advance(task, done)


def _tell(
    args: argparse.Namespace,
    results: Sequence[Sequence[CallResult]],
    names: Sequence[str],
    found: Chosen,
) -> None:
    value = _json(results, names)
    if args.junit:
        every = [one for variant in results for one in variant]
        args.junit.write_text(junit(every), "utf-8")
    if args.html:
        args.html.write_text(totals_page(results, names), "utf-8")
    if args.json:
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if args.json == "-":
            sys.stdout.write(text)
            return
        Path(args.json).write_text(text, "utf-8")
    print(printable(_text(results, names)))
    for name in found.skipped:
        print(f"{name[:8]} still runs: left out", file=sys.stderr)


def _json(results: Sequence[Sequence[CallResult]], names: Sequence[str]) -> dict[str, Any]:
    if len(results) == 1 and len(results[0]) == 1:
        return results[0][0].as_json()
    return {
        "variants": [
            {
                "settings": name,
                "totals": totals_of(variant),
                "calls": [one.as_json() for one in variant],
            }
            for name, variant in zip(names, results, strict=True)
        ]
    }


def _text(results: Sequence[Sequence[CallResult]], names: Sequence[str]) -> str:
    if len(results) == 1 and len(results[0]) == 1:
        return call_text(results[0][0])
    parts = []
    if len(results) == 1:
        shown = (Status.DIFFERENT, Status.HEARD)
        differing = [one for one in results[0] if one.status in shown]
        parts = [call_text(one) for one in differing[:_SHOWN]]
        if len(differing) > _SHOWN:
            parts.append(f"... and {len(differing) - _SHOWN} more: see --json")
    for name, variant in zip(names, results, strict=True):
        parts.append(totals_text(totals_of(variant), name))
    return "\n\n".join(parts)
