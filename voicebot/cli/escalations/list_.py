"""Escalations, those that are due first go first, closed ones last.

    voicebot escalations list
    voicebot escalations list --state open --json

Exit codes: 0 done, 2 wrong use, or there is no database.
"""

from __future__ import annotations

import argparse
import json

from voicebot.cli.calls import table
from voicebot.cli.customers.doors import opened
from voicebot.cli.places import add_places
from voicebot.core.escalations import EscalationState
from voicebot.store.escalations import escalation_json

COLUMNS = ("id", "state", "owner", "due", "lapses", "by", "call", "note")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--state", type=EscalationState, choices=list(EscalationState), help="only these"
    )
    parser.add_argument("--json", action="store_true", help="JSON, an object a line")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    with opened(args) as (_, escalations):
        found = escalations.list(args.state)
    if args.json:
        for one in found:
            print(json.dumps(escalation_json(one), ensure_ascii=False))
        return 0
    rows = [
        (
            one.id[:8],
            str(one.state),
            one.owner,
            f"{one.due.astimezone():%Y-%m-%d %H:%M}",
            str(one.lapses),
            one.opened_by,
            one.call[:8],
            one.note[:40],
        )
        for one in found
    ]
    print(table([COLUMNS, *rows]) if rows else "No escalations.")
    return 0
