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
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from voicebot.cli.calls import printable
from voicebot.cli.places import add_places, store_url
from voicebot.cli.replay_options import (
    configure_filter,
    configure_how,
    configure_now,
    filter_of,
    variants_of,
)
from voicebot.cli.replay_pages import pages_of
from voicebot.core.errors import EngineError
from voicebot.replay.bulk import Replayer, replay_all, write_pages
from voicebot.replay.choosing import Chosen, NotFound, chosen
from voicebot.replay.junit import junit
from voicebot.replay.live_backend import live_backend
from voicebot.replay.one import Outcome
from voicebot.replay.options import LIVE, ReplayOptions
from voicebot.replay.page import call_page, totals_page
from voicebot.replay.result import CallResult, Status
from voicebot.replay.text_report import call_text, totals_text
from voicebot.replay.totals import totals_of
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter

PARTS = {"label": "voicebot.cli.replay_label", "pin": "voicebot.cli.replay_pin"}
_SHOWN = 20
"""Calls whose differences are shown as text; the others only count."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "calls", nargs="*", metavar="CALL|FILE|FOLDER", help="ids, WAV files, folders of them"
    )
    configure_filter(parser.add_argument_group("which calls, in place of names"))
    configure_now(parser.add_argument_group("against what"))
    configure_how(parser.add_argument_group("how"))
    output = parser.add_argument_group("what comes of it")
    output.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="JSON, the same at each run"
    )
    output.add_argument("--junit", type=Path, metavar="FILE", help="JUnit's XML")
    output.add_argument("--html", type=Path, metavar="FILE", help="a page that needs no network")
    output.add_argument(
        "--pages",
        type=int,
        default=20,
        metavar="N",
        help="with --html and many calls: a page with sound of each of the N that differ most (20)",
    )
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    try:
        return _run(args)
    except (NotFound, EngineError) as error:
        print(f"voicebot replay: {error}", file=sys.stderr)
    except OSError as error:
        print(f"voicebot replay: {error.filename}: {error.strerror}", file=sys.stderr)
    return 2


def _run(args: argparse.Namespace) -> int:
    variants, names = variants_of(args)
    found = _chosen(args)
    if not found.sources:
        raise NotFound("there is no such call" if args.calls else "no call fits")
    if len(found.sources) == len(variants) == 1 or variants[0].backend == LIVE:
        outcomes = _here(found, variants)
        results = [[one.result for one in calls] for calls in outcomes]
        if args.html:
            single = len(outcomes) == len(outcomes[0]) == 1
            page = call_page(outcomes[0][0]) if single else totals_page(results, names)
            args.html.write_text(page, "utf-8")
    else:
        results = _side_by_side(args, found, variants)
        if args.html:
            _write_html(args, found, variants, results, names)
    _tell(args, results, names, found)
    return _exit_code([one for variant in results for one in variant])


def _here(found: Chosen, variants: Sequence[ReplayOptions]) -> list[list[Outcome]]:
    """In this process, for each variant, each call: a single call with its page, or the live back
    end, which is asked once."""
    replayer = Replayer(variants)
    replayer.check()
    live = live_backend(replayer.hotline) if variants[0].backend == LIVE else nullcontext()
    outcomes: list[list[Outcome]] = [[] for _ in variants]
    with live as backend, _bar("replaying", len(found.sources)) as advance:
        for source in found.sources:
            for number, calls in enumerate(outcomes):
                calls.append(replayer.outcome(source, backend, number))
            advance(1)
    replayer.close()
    return outcomes


def _side_by_side(
    args: argparse.Namespace, found: Chosen, variants: Sequence[ReplayOptions]
) -> list[list[CallResult]]:
    """In processes, for each variant, each call."""
    with _bar("replaying", len(found.sources)) as advance:
        each = replay_all(found.sources, variants, jobs=args.jobs, progress=advance)
    return [[one[number] for one in each] for number in range(len(variants))]


def _exit_code(results: Sequence[CallResult]) -> int:
    statuses = {one.status for one in results}
    if Status.DIFFERENT in statuses:
        return 1
    return 2 if Status.NOT_REPLAYED in statuses else 0


# ---------------------------------------------------------------- what was asked for


def _chosen(args: argparse.Namespace) -> Chosen:
    wanted = filter_of(args)
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


# ---------------------------------------------------------------- what is told


@contextmanager
def _bar(what: str, count: int) -> Iterator[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=count)
        yield lambda done: progress.advance(task, done)


def _write_html(
    args: argparse.Namespace,
    found: Chosen,
    variants: Sequence[ReplayOptions],
    results: Sequence[Sequence[CallResult]],
    names: Sequence[str],
) -> None:
    """The page of all, and those of the calls that differ most."""
    pages, links = pages_of(args.html, args.pages, found.sources, variants, results)
    if pages:
        with _bar("writing pages", len(pages)) as advance:
            write_pages(pages, variants, jobs=args.jobs, progress=advance)
    args.html.write_text(totals_page(results, names, links), "utf-8")


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
