"""How many agents a load of calls wants, by Erlang C and Erlang A, checked by a simulation.

    voicebot staff --calls 100 --aht 180
    voicebot staff --calls 100 --aht 180 --patience 90 --preset 95/180 --shrinkage 30
    voicebot staff --csv day.csv --target 85 --within 30 --max-occupancy 88
    voicebot staff --calls 100 --aht 180 --json

Erlang C supposes that everybody waits; with --patience, Erlang A lets callers hang up. AHT is talk,
hold and wrap-up. The fewest agents are looked for who answer the target's part of all calls in time
and are no busier than --max-occupancy. The simulation sends callers through the router that serves
real ones; its figures come with their sampling error.

A CSV has a line an interval, with a header: interval,calls and, where they change, aht and
patience.

Exit codes: 0 done, 1 the simulation contradicts the formula, 2 wrong use or a wrong file.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TimeElapsedColumn
from rich.table import Table

from voicebot.core.errors import ConfigError, Problem
from voicebot.queueing.erlang import Load, Staffing, Target
from voicebot.queueing.planning import PRESETS, Check, Plan, around, check, plan

COLUMNS = ("interval", "calls", "aht", "patience")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--calls", type=_positive, metavar="N", help="calls in an interval")
    parser.add_argument("--aht", type=_positive, metavar="S", help="mean handling time in seconds")
    parser.add_argument("--patience", type=_positive, metavar="S", help="callers' mean patience")
    parser.add_argument(
        "--interval", type=_positive, default=30.0, metavar="MIN", help="its length (30 minutes)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a day: a line an interval")
    parser.add_argument(
        "--preset", choices=list(PRESETS), default="80/20", help="the target (80/20)"
    )
    parser.add_argument("--target", type=_percent, metavar="%", help="part answered in time")
    parser.add_argument("--within", type=_positive, metavar="S", help="in time: seconds")
    parser.add_argument("--shrinkage", type=_percent, default=0.0, metavar="%", help="(0)")
    parser.add_argument("--max-occupancy", type=_percent, default=1.0, metavar="%", help="(100)")
    parser.add_argument(
        "--simulate", type=int, default=10_000, metavar="N",
        help="callers in the simulation (10000); 0 for none",
    )  # fmt: skip
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the simulation (1)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code. Raises `ConfigError` for a wrong file or a wrong combination."""
    plans = list(_plans(args))
    busiest = max(plans, key=lambda one: one.load.erlangs)
    found = _simulated(busiest, args) if args.simulate > 0 else None
    if args.json:
        print(json.dumps(_json(plans, found, busiest), indent=1))
    elif args.csv:
        _print_day(plans, found, busiest)
    else:
        _print_one(busiest, found)
    return int(found is not None and not found.agrees)


def _plans(args: argparse.Namespace) -> Iterator[Plan]:
    if args.csv is None and (args.calls is None or args.aht is None):
        raise _wrong("staff", "how many calls?", "give --calls and --aht, or --csv")
    if args.shrinkage >= 1 or not args.max_occupancy:
        raise _wrong(
            "staff", "nobody would ever work", "--shrinkage below 100, --max-occupancy > 0"
        )
    level, within_s = PRESETS[args.preset]
    level = level if args.target is None else args.target
    within_s = within_s if args.within is None else args.within
    target = Target(level, within_s, args.max_occupancy, args.shrinkage)
    rows = _rows(args) if args.csv else [("", args.calls, args.aht, args.patience)]
    for name, calls, aht, patience in rows:
        load = Load(calls / (60 * args.interval), aht, patience)
        try:
            yield plan(name, load, target)
        except ValueError as error:
            hint = "a lower --target, a longer --within, or fewer calls"
            raise _wrong(str(args.csv or "staff"), f"{name} {error}".strip(), hint) from None


def _wrong(where: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(where, 0, 1, "wrong-use", message, hint)])


# ---------------------------------------------------------------- what comes in

Row = tuple[str, float, float, float | None]


def _rows(args: argparse.Namespace) -> list[Row]:
    """The file's lines. Raises `ConfigError` with every mistake."""
    try:
        with args.csv.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(str(args.csv), f"cannot be read: {error}", "a CSV in UTF-8") from None
    problems: list[Problem] = []
    rows = [_row(line, n, args, problems) for n, line in enumerate(lines, 2)]
    if not lines:
        problems.append(_problem(args.csv, 1, "there is no interval", "interval,calls and lines"))
    if problems:
        raise ConfigError(problems)
    return [row for row in rows if row[1]]


def _row(
    line: dict[str | None, Any], number: int, args: argparse.Namespace, problems: list[Problem]
) -> Row:
    unknown = [str(name or "more than the header") for name in line if name not in COLUMNS]
    if unknown and number == 2:
        hint = f"known: {', '.join(COLUMNS)}"
        problems.append(_problem(args.csv, 1, f"no such column: {', '.join(unknown)}", hint))

    def value(name: str, otherwise: float | None, *, least: float) -> float | None:
        text = (line.get(name) or "").strip()
        if not text and (otherwise is not None or name == "patience"):
            return otherwise
        try:
            found = float(text)
        except ValueError:
            found = float("nan")
        if not least <= found < float("inf"):
            hint = f"a number from {least:g} on" + (", or --aht" if name == "aht" else "")
            problems.append(_problem(args.csv, number, f"{name}: {text!r} is none", hint))
            return least
        return found

    calls, aht = value("calls", None, least=0), value("aht", args.aht, least=1)
    patience = value("patience", args.patience, least=1)
    return str(line.get("interval") or number - 1), calls or 0.0, aht or 1.0, patience


def _problem(path: Path, line: int, message: str, hint: str) -> Problem:
    return Problem(str(path), line, 1, "bad-value", message, hint)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def _percent(text: str) -> float:
    try:
        value = float(text.rstrip("%")) / 100
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage, 0 to 100")
    return value


# ---------------------------------------------------------------- what comes out


def _simulated(busiest: Plan, args: argparse.Namespace) -> Check:
    columns = ("{task.description}", BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=args.simulate)

        def step(come: int) -> None:
            if come % 100 == 0:
                bar.update(task, completed=come)

        return check(busiest, callers=args.simulate, seed=args.seed, progress=step)


def _print_one(one: Plan, found: Check | None) -> None:
    console = Console()
    target = one.target
    console.print(
        f"{one.load.erlangs:.2f} erlangs; {100 * target.service_level:g} % "
        f"within {target.within_s:g} s"
    )
    console.print(_table("Erlang C: everybody waits", around(one, patient=True), one.erlang_c))
    if one.erlang_a is not None:
        title = f"Erlang A: patience {one.load.patience_s:g} s"
        console.print(_table(title, around(one, patient=False), one.erlang_a))
    console.print(f"needed: {one.chosen.agents} agents; on the roster: {one.rostered}")
    _print_check(console, found)


def _table(title: str, rows: list[Staffing], chosen: Staffing) -> Table:
    table = Table(box=None, title=title, title_justify="left")
    for name in ("agents", "wait at all", "in time", "mean wait", "busy", "hang up"):
        table.add_column(name, justify="right")
    for row in rows:
        mark = "> " if row.agents == chosen.agents else ""
        table.add_row(f"{mark}{row.agents}", *_cells(row))
    return table


def _cells(row: Staffing) -> tuple[str, ...]:
    waits, in_time, busy, gone = (
        f"{100 * value:.1f} %"
        for value in (row.waits, row.service_level, row.occupancy, row.abandoned)
    )
    return waits, in_time, f"{row.asa_s:.1f} s", busy, gone


def _print_day(plans: list[Plan], found: Check | None, busiest: Plan) -> None:
    console = Console()
    table = Table(box=None)
    names = ("interval", "calls/h", "AHT", "Erlang C", "Erlang A", "roster", "in time", "mean wait")
    for name in (*names, "busy", "hang up"):
        table.add_column(name, justify="left" if name == "interval" else "right")
    for one in plans:
        impatient = str(one.erlang_a.agents) if one.erlang_a else "-"
        load = f"{3600 * one.load.calls_per_s:.0f}", f"{one.load.handling_s:g} s"
        agents = str(one.erlang_c.agents), impatient, str(one.rostered)
        table.add_row(one.name, *load, *agents, *_cells(one.chosen)[1:])
    console.print(table)
    hours = sum(one.rostered for one in plans)
    console.print(f"{len(plans)} intervals, {hours} agents' intervals on the roster")
    if found is not None:
        console.print(f"the busiest, {busiest.name}, in the simulation:")
    _print_check(console, found)


def _print_check(console: Console, found: Check | None) -> None:
    if found is None:
        return
    level, asa = found.measured.service_level, found.measured.asa_s
    console.print(
        f"simulated, {found.measured.callers} callers: "
        f"{100 * level.value:.1f} % in time (± {100 * level.error:.1f}), "
        f"mean wait {asa.value:.1f} s (± {asa.error:.1f}), "
        f"{100 * found.measured.abandoned.value:.1f} % hung up: "
        + ("as computed" if found.agrees else "NOT as computed")
    )


def _json(plans: list[Plan], found: Check | None, busiest: Plan) -> dict[str, Any]:
    return {
        "target": asdict(plans[0].target),
        "intervals": [
            {
                "interval": one.name,
                "calls_per_hour": round(3600 * one.load.calls_per_s, 3),
                "handling_s": one.load.handling_s,
                "patience_s": one.load.patience_s,
                "erlangs": round(one.load.erlangs, 4),
                "agents": one.chosen.agents,
                "rostered": one.rostered,
                "erlang_c": asdict(one.erlang_c),
                "erlang_a": one.erlang_a and asdict(one.erlang_a),
            }
            for one in plans
        ],
        "simulation": found
        and {
            "interval": busiest.name,
            "agrees": found.agrees,
            **asdict(found.measured),
        },
    }
