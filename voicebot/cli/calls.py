"""List the calls of a hotline, or show one as a transcript. Works while the hotline serves.

  voicebot calls list
  voicebot calls list --since 2h --outcome abandoned
  voicebot calls list --since 2026-11-22 --json | jq .caller
  voicebot calls show 7f3a          the first characters of an id are enough
  voicebot calls show 7f3a --json   the record and every fact of the journal
  voicebot calls erase --number +4917055501     a caller's calls, and all that comes of them

Outcomes: contained (served by the flow), handled (by an agent), transferred, unserved (a person
was wanted and none came), abandoned (left while waiting), hung_up (left within the flow), refused,
failed; running. docs/qa.md explains them and every field.

Exit codes: 0 done, 1 there is no such call (erase: nothing or not all was erased), 2 wrong use, not
confirmed, or there is no database.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from voicebot.cli import calls_erase
from voicebot.cli.places import add_places, store_url
from voicebot.core.call import Outcome
from voicebot.core.record import Cdr, fold
from voicebot.store.calls import CallStore
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter
from voicebot.store.rows import cdr_json, fact_json
from voicebot.store.transcript import render, transcript

COLUMNS = ("id", "started", "length", "outcome", "caller", "called", "flow", "intents")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="list|show|erase")
    listing = commands.add_parser("list", help="calls, youngest first")
    listing.add_argument("--limit", type=_count, default=20, help="at most so many (20)")
    listing.add_argument(
        "--since", type=parse_since, metavar="WHEN", help="30m, 2h, 7d, or 2026-11-22[T15:00]"
    )
    outcomes = [outcome.value for outcome in Outcome]
    listing.add_argument("--outcome", choices=[*outcomes, "running"], help="only these")
    listing.add_argument("--text", default="", help="only calls in which this was said")
    show = commands.add_parser("show", help="one call as a transcript")
    show.add_argument("id", metavar="ID", help="id of the call, or how it begins")
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
        return _list(store, args) if args.what == "list" else _show(store, args)
    finally:
        store.close()


def parse_since(text: str) -> datetime:
    """`30m`, `2h`, `7d` ago, or an ISO 8601 date or time (local where it names no zone)."""
    if ago := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        hint = "write 30m, 2h, 7d, 2026-11-22 or 2026-11-22T15:00"
        raise argparse.ArgumentTypeError(f"{text!r} is no time; {hint}") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of calls")
    return int(text)


def _list(store: CallStore, args: argparse.Namespace) -> int:
    outcome = args.outcome if args.outcome in (None, "running") else Outcome(args.outcome)
    calls = _first(store, args.limit, args.since, outcome, args.text)
    if args.json:
        for cdr in calls:
            print(json.dumps(cdr_json(cdr), ensure_ascii=False))
    elif calls:
        print(table([COLUMNS, *map(_cells, calls)]))
    else:
        print("No such calls." if args.since or outcome or args.text else "No calls yet.")
    return 0


def _first(
    store: CallStore, limit: int, since: datetime | None, outcome: object, text: str
) -> list[Cdr]:
    calls: list[Cdr] = []
    cursor = ""
    while len(calls) < limit:
        page = store.list(
            CallFilter(
                since=since,
                outcome=outcome,  # type: ignore[arg-type]
                text=text,
                limit=limit - len(calls),
                cursor=cursor,
            )
        )
        calls += page.calls
        if not (cursor := page.cursor):
            break
    return calls


def _show(store: CallStore, args: argparse.Namespace) -> int:
    found = store.find(args.id)
    if args.id in found:
        found = (found[found.index(args.id)],)
    if len(found) != 1:
        problem = "no call's id begins with" if not found else "several calls' ids begin with"
        print(f"voicebot calls: {problem} {args.id!r}", *found, sep="\n  ", file=sys.stderr)
        return 1
    facts = store.facts(found[0])
    cdr = fold(facts)
    if args.json:
        value = {"call": cdr and cdr_json(cdr), "facts": [fact_json(fact) for fact in facts]}
        print(json.dumps(value, ensure_ascii=False))
    else:
        print(
            f"# {found[0]}  {cdr.started.astimezone():%Y-%m-%d %H:%M:%S}  {cdr.flow}" if cdr else ""
        )
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
