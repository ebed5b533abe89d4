"""Which calls: the options that listing and exporting share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from voicebot.core.call import Outcome
from voicebot.store.query import CallFilter

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def configure_search(parser: argparse.ArgumentParser) -> None:
    """Declare what narrows the calls down; all of it must fit."""
    when = "30m, 2h, 7d, or 2026-11-22[T15:00]"
    parser.add_argument("--since", type=parse_since, metavar="WHEN", help=when)
    parser.add_argument("--until", type=parse_since, metavar="WHEN", help="the same")
    outcomes = [outcome.value for outcome in Outcome]
    parser.add_argument("--outcome", choices=[*outcomes, "running"], help="only these")
    parser.add_argument("--text", default="", help="only calls in which this was said")
    parser.add_argument("--number", action="append", default=[], metavar="N", help="of this caller")
    parser.add_argument("--flow", default="", metavar="NAME", help="that this flow served")
    parser.add_argument("--intent", default="", metavar="NAME", help="in which this was chosen")
    parser.add_argument("--tag", default="", metavar="TAG", help="that have this tag")
    parser.add_argument(
        "--unsure", type=_confidence, metavar="C", help="something was heard with less confidence"
    )


def filter_of(args: argparse.Namespace) -> CallFilter:
    """What was asked for."""
    outcome = args.outcome if args.outcome in (None, "running") else Outcome(args.outcome)
    return CallFilter(
        since=args.since,
        until=args.until,
        outcome=outcome,
        text=args.text,
        callers=tuple(spellings(args.number)),
        flow=args.flow,
        intent=args.intent,
        tag=args.tag,
        confidence=args.unsure,
    )


def spellings(numbers: Iterable[str]) -> list[str]:
    """A number as networks may have given it: `+49170…`, `0049170…` and `49170…` are the same."""
    every: list[str] = []
    for number in numbers:
        plain = re.sub(r"[\s()./-]", "", number)
        bare = re.sub(r"^(\+|00)", "", plain)
        is_whole = bare != plain
        every += [plain, *((f"+{bare}", f"00{bare}", bare) if is_whole and bare else ())]
    return list(dict.fromkeys(number for number in every if number))


def parse_since(text: str) -> datetime:
    """`30m`, `2h`, `7d` ago, or an ISO 8601 date or time (local where it names no zone)."""
    if ago := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        hint = "write 30m, 2h, 7d, 2026-11-22 or 2026-11-22T15:00"
        raise argparse.ArgumentTypeError(f"{text!r} is no time; {hint}") from None


def count(text: str) -> int:
    """A number of calls, from 1."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of calls")
    return int(text)


def _confidence(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no confidence from 0 to 1")
    return value
