"""List the calls of a hotline, or show one as a transcript. Works while the hotline serves.

    voicebot calls list
    voicebot calls list --since 2h --outcome abandoned
    voicebot calls list --since 2026-11-22 --json | jq .caller
    voicebot calls show 7f3a          the first characters of an id are enough
    voicebot calls show 7f3a --json   the record and every fact of the journal
    voicebot calls list --number +4917055501 --tag vip --unsure 0.5
    voicebot calls export --since 7d --flow bank_en -o week.zip
    voicebot calls erase --number +4917055501     a caller's calls, and all that comes of them

Outcomes: contained (served by the flow), handled (by an agent), transferred, unserved (a person
was wanted and none came), abandoned (left while waiting), hung_up (left within the flow), refused,
failed; running. docs/qa.md explains them and every field.

Exit codes: 0 done, 1 nothing or not all was done (erase, export), 2 no call's id begins so, wrong
use, not confirmed, or there is no database.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from voicebot.cli import calls_erase, calls_export
from voicebot.cli.calls_search import configure_search, count, filter_of
from voicebot.cli.calls_search import parse_since as parse_since
from voicebot.cli.places import add_places, store_url
from voicebot.core.record import Cdr, fold
from voicebot.store.calls import CallStore
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter
from voicebot.store.rows import cdr_json, fact_json
from voicebot.store.transcript import render, transcript

COLUMNS = ("id", "started", "length", "outcome", "caller", "called", "flow", "intents")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="SUBCOMMAND")
    listing = commands.add_parser("list", help="calls, youngest first")
    listing.add_argument("--limit", type=count, default=20, help="at most so many (20)")
    listing.add_argument("--cursor", default="", help="go on where the page before ended")
    configure_search(listing)
    show = commands.add_parser("show", help="one call as a transcript")
    show.add_argument("id", metavar="ID", help="id of the call, or how it begins")
    export = commands.add_parser("export", help="write calls to files, to take away")
    calls_export.configure(export)
    erase = commands.add_parser("erase", help="remove calls and all that comes of them")
    calls_erase.configure(erase)
    for command in (listing, show):
        command.add_argument("--json", action="store_true", help="JSON, one object a line")
        add_places(command, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    if args.what == "erase":
        return calls_erase.run(args)
    store = open_calls(store_url(args))
    try:
        if args.what == "export":
            return calls_export.run(store, args)
        return _list(store, args) if args.what == "list" else _show(store, args)
    finally:
        store.close()


def _list(store: CallStore, args: argparse.Namespace) -> int:
    wanted = filter_of(args)
    try:
        parts = list(store.pages(replace(wanted, cursor=args.cursor), args.limit))
    except ValueError as error:
        print(f"voicebot calls: --cursor: {error}", file=sys.stderr)
        return 2
    calls = [cdr for page in parts for cdr in page.calls]
    if args.json:
        for cdr in calls:
            print(json.dumps(cdr_json(cdr), ensure_ascii=False))
    elif calls:
        print(table([COLUMNS, *map(_cells, calls)]))
    else:
        print("No such calls." if wanted != CallFilter() else "No calls yet.")
    if parts[-1].cursor:
        print(f"more: --cursor {parts[-1].cursor}", file=sys.stderr)
    return 0


def _show(store: CallStore, args: argparse.Namespace) -> int:
    call = store.one(args.id)
    facts = store.facts(call)
    cdr = fold(facts)
    if args.json:
        value = {"call": cdr and cdr_json(cdr), "facts": [fact_json(fact) for fact in facts]}
        print(json.dumps(value, ensure_ascii=False))
    else:
        print(f"# {call}  {cdr.started.astimezone():%Y-%m-%d %H:%M:%S}  {cdr.flow}" if cdr else "")
        print(printable(render(transcript(facts), cdr)))
    return 0


def _cells(cdr: Cdr) -> tuple[str, ...]:
    length = f"{cdr.duration_ms / 1000:.1f} s" if cdr.ended else "…"
    return (
        cdr.call[:8],
        f"{cdr.started.astimezone():%Y-%m-%d %H:%M:%S}",
        length,
        str(cdr.outcome or "running"),
        cdr.caller,
        cdr.called,
        cdr.flow,
        " ".join(cdr.intents),
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns; a Chinese character is two columns wide."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def width(text: str) -> int:
    """Columns of a terminal that the text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def printable(text: str) -> str:
    """Without control characters: callers choose some of this text, and terminals obey it."""
    return "".join(
        char
        if char == "\n" or unicodedata.category(char)[0] != "C"
        else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
