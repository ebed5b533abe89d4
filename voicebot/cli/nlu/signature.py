"""Who changes what serves callers, and why: kept with every version."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from voicebot.cli.who import who


def configure(parser: argparse.ArgumentParser, why: str) -> None:
    """`--by` and `--why`; `why` is its default."""
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    parser.add_argument("--why", default=why, metavar="TEXT", help="kept with the version")


def name(args: argparse.Namespace) -> str:
    """Who does it."""
    return who(str(args.by))


def now() -> datetime:
    """The time that is kept."""
    return datetime.now(UTC)
