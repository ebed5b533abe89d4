"""`voicebot calls erase`: a caller's calls and all that comes of them."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from voicebot.cli.calls_search import spellings
from voicebot.cli.places import add_places, store_url
from voicebot.cli.who import who
from voicebot.store.erased_rows import Chosen
from voicebot.store.erasing import Erased, Eraser
from voicebot.store.opening import open_calls, open_eraser


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="ids of calls, or how they begin")
    parser.add_argument(
        "--number", action="append", default=[], metavar="N", help="every call of this caller"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    parser.add_argument("--json", action="store_true", help="what was erased, as JSON")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    if bool(args.ids) == bool(args.number):
        print("voicebot calls: name calls, or give --number", file=sys.stderr)
        return 2
    url = store_url(args)
    ids = _ids(url, args.ids)
    eraser = open_eraser(url, args.data)
    try:
        chosen = eraser.of_calls(ids) if ids else eraser.of_numbers(spellings(args.number))
        return erase(eraser, chosen, args)
    finally:
        eraser.close()


def _ids(url: str, prefixes: list[str]) -> list[str]:
    """Raises `NotOneCall`."""
    store = open_calls(url)
    try:
        return [store.one(prefix) for prefix in prefixes]
    finally:
        store.close()


def erase(eraser: Eraser, chosen: Chosen, args: argparse.Namespace) -> int:
    """Erase what was chosen, if the operator agrees; returns the exit code."""
    for call in chosen.running:
        print(f"{call[:8]} still runs: erase it when it has ended", file=sys.stderr)
    if not args.yes and not _agreed(len(chosen.calls)):
        return 2
    erased = eraser.erase(chosen, who(args.by), datetime.now(UTC))
    if args.json:
        value = {"calls": len(chosen.calls), "files": erased.files, "rows": erased.rows}
        print(json.dumps({**value, "running": len(chosen.running), "left": list(erased.left)}))
    else:
        print(_told(chosen, erased))
    for why in erased.left:
        hint = "their bytes stay in its file until they are overwritten: erase again later"
        print(f"voicebot calls: the database was not rewritten ({why}); {hint}", file=sys.stderr)
    is_done = bool(erased.rows or erased.files)
    return 0 if is_done and not chosen.running and not erased.left else 1


def _agreed(count: int) -> bool:
    """The operator types `yes`."""
    if not sys.stdin.isatty():
        print("voicebot calls: nobody can be asked here: give --yes", file=sys.stderr)
        return False
    question = f"{count} calls, with their recordings, messages and notices, for ever? Type yes: "
    return input(question).strip().lower() == "yes"


def _told(chosen: Chosen, erased: Erased) -> str:
    if not erased.rows and not erased.files:
        return "There was nothing to erase."
    rows = ", ".join(f"{count} {name}" for name, count in sorted(erased.rows.items()))
    return f"{len(chosen.calls)} calls erased: {erased.files} files; rows: {rows or 'none'}."
