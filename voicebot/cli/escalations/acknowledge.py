"""See to an escalation: its owner is told no more until it is to be closed.

voicebot escalations acknowledge 1a2b3c4d
"""

from __future__ import annotations

import argparse
import sys

from voicebot.cli.customers.doors import opened
from voicebot.cli.places import add_places
from voicebot.cli.who import who


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", metavar="ID", help="its id, or how it begins")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    with opened(args) as (_, escalations):
        one = escalations.get(args.id)
        if one is None:
            print(f"voicebot escalations: no one id begins with {args.id!r}", file=sys.stderr)
            return 1
        try:
            escalations.acknowledge(one.id, who(args.by))
        except ValueError as error:
            print(f"voicebot escalations: {error}", file=sys.stderr)
            return 1
    print("Acknowledged.")
    return 0
