"""What the hotline came to: service levels, waits, abandonment, containment. Works while it serves.

    voicebot report
    voicebot report --since 30d --by day
    voicebot report --since 2026-11-01 --until 2026-12-01 --by queue --within 30
    voicebot report --by flow --json
    voicebot report --preset 95/180               95 % answered within 180 s: met or not
    voicebot report --since 30d --guesses         guesses of menus: hits and seconds, by arm

Days are those of the hotline's zone. The headline is what was contained for good: served by the
flow to its end, and the number did not call again within 24 hours. docs/qa.md explains them all.

Exit codes: 0 done, 1 there are no such calls, 2 wrong use, or there is no database.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from voicebot.cli.calls import parse_since
from voicebot.cli.places import add_places, store_url
from voicebot.config.surroundings import hotline_in
from voicebot.core.guesses import guesses
from voicebot.core.record import FactKind
from voicebot.queueing.figures.numbers import Terms
from voicebot.queueing.figures.report import By, Group
from voicebot.store.calls import CallStore
from voicebot.store.opening import open_calls
from voicebot.store.reports import PRESETS, group_json, is_met, make_report


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--since", type=parse_since, metavar="WHEN", help="30m, 2h, 7d, or 2026-11-22 (7d)"
    )
    parser.add_argument("--until", type=parse_since, metavar="WHEN", help="the same (now)")
    parser.add_argument("--by", choices=[by.value for by in By], default="all", help="(all)")
    parser.add_argument(
        "--preset", choices=list(PRESETS), default="80/20", help="the level promised (80/20)"
    )
    parser.add_argument(
        "--within", type=_seconds, metavar="S", help="answered in time (the preset's: 20)"
    )
    parser.add_argument(
        "--short", type=_seconds, default=5.0, metavar="S", help="short abandons (5)"
    )
    parser.add_argument(
        "--guesses",
        action="store_true",
        help="instead, how guesses of menus did: who was asked against the control group",
    )
    parser.add_argument("--json", action="store_true", help="JSON, an object a row")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    now = datetime.now(UTC)
    since, until = args.since or now - timedelta(days=7), min(now, args.until or now)
    preset = PRESETS[args.preset]
    args.within = preset.within_s if args.within is None else args.within
    store = open_calls(store_url(args))
    if args.guesses:
        return _guesses(store, since, until, as_json=args.json)
    try:
        groups = make_report(
            store,
            since=since,
            until=until,
            now=now,
            by=By(args.by),
            terms=Terms(args.within, args.short),
            zone=_zone(args),
        )
    finally:
        store.close()
    if args.json:
        for group in groups:
            print(json.dumps(group_json(group, preset), ensure_ascii=False))
    elif groups:
        _print(groups, args)
    else:
        print("No calls.")
    return 0 if groups else 1


def _guesses(store: CallStore, since: datetime, until: datetime, *, as_json: bool) -> int:
    try:
        facts = chain.from_iterable(store.journals(since, until, [FactKind.GUESSED]))
        found = guesses(facts)
    finally:
        store.close()
    if as_json:
        for one in found:
            row = {"node": one.node, "arm": one.arm, "calls": one.calls, "hits": one.hits}
            row |= {"misses": one.misses, "left": one.left, "hit_rate": one.hit_rate}
            print(json.dumps({**row, "seconds": one.seconds}))
    elif found:
        Console().print(_table("menu, arm", _GUESSES, [(f"{g.node}, {g.arm}", g) for g in found]))
    else:
        print("No guesses.")
    return 0 if found else 1


def _zone(args: argparse.Namespace) -> tzinfo | None:
    name = hotline_in(args.config).calls.time_zone
    return ZoneInfo(name) if name else None


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return value


# ---------------------------------------------------------------- tables

Cell = Callable[[Any], str]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _time(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"


_CALLS: dict[str, tuple[str, Cell]] = {
    "calls": ("calls", str),
    "for good": ("contained_for_good", _percent),
    "contained": ("containment", _percent),
    "again": ("repeats", _percent),
    "handled": ("handled", _percent),
    "transferred": ("transferred", _percent),
    "open": ("open", str),
}
_QUEUES: dict[str, tuple[str, Cell]] = {
    "queued": ("queued", str),
    "answered": ("answered", str),
    "abandoned": ("abandoned", str),
    "short": ("short_abandons", str),
    "callbacks": ("callbacks", str),
    "otherwise": ("otherwise", str),
    "longest": ("longest_wait_s", _time),
}
_LEVELS: dict[str, tuple[str, Cell]] = {
    "SL1": ("sl1", _percent),
    "SL2": ("sl2", _percent),
    "SL3": ("sl3", _percent),
    "abandonment": ("abandonment", _percent),
    "ASA": ("asa_s", _time),
    "AHT": ("aht_s", _time),
    "RNA": ("rna", _percent),
    "EWT error": ("ewt_error_s", _time),
}


_GUESSES: dict[str, tuple[str, Cell]] = {
    "calls": ("calls", str),
    "hits": ("hits", str),
    "misses": ("misses", str),
    "left": ("left", str),
    "hit rate": ("hit_rate", _percent),
    "to a choice": ("seconds", lambda value: "-" if value is None else f"{value:.1f} s"),
}


def _print(groups: list[Group], args: argparse.Namespace) -> None:
    console = Console()
    by = "" if args.by == "all" else args.by
    if args.by != "queue":
        console.print(_table(by, _CALLS, [(g.name, g.call) for g in groups]))
    if any(group.queue.queued for group in groups):
        for columns in (_QUEUES, _LEVELS):
            console.print(_table(by, columns, [(g.name, g.queue) for g in groups]))
        console.print(f"in time: {args.within:g} s; short: under {args.short:g} s")
        for group in groups:
            console.print(_promise(group, args.preset), highlight=False)
    for group in groups:
        if group.occupancy is not None:
            name = f"{group.name}: " if by else ""
            console.print(f"{name}occupancy {_percent(group.occupancy)}", highlight=False)


def _promise(group: Group, name: str) -> str:
    met = {True: "met", False: "missed", None: "nobody waited"}[is_met(group, PRESETS[name])]
    where = "" if group.name == "all" else f"{group.name}: "
    return f"{where}{name} (by SL3): {met}"


def _table(by: str, columns: dict[str, tuple[str, Cell]], rows: list[tuple[str, object]]) -> Table:
    table = Table(box=None)
    table.add_column(by)
    for name in columns:
        table.add_column(name, justify="right")
    for name, numbers in rows:
        table.add_row(name, *(cell(getattr(numbers, key)) for key, cell in columns.values()))
    return table
