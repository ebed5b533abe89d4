"""What the commands share that take one step of an escalation, named by how its id begins."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from voicebot.cli.customers.doors import opened
from voicebot.cli.places import add_places
from voicebot.cli.who import who
from voicebot.core.errors import WrongUse
from voicebot.store.escalations import EscalationStore


def configure_step(parser: argparse.ArgumentParser) -> None:
    """Declare the options of any step."""
    parser.add_argument("id", metavar="ID", help="its id, or how it begins")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    add_places(parser, "config", "data")


def take_step(args: argparse.Namespace, step: Callable[[EscalationStore, str, str], object]) -> int:
    """Do `step(escalations, id, by)`, which raises `ValueError` where it cannot be done; the exit
    code."""
    with opened(args) as (_, escalations):
        one = escalations.get(args.id)
        if one is None:
            hint = "`voicebot escalations list --json` lists them"
            raise WrongUse(f"no one escalation's id begins with {args.id!r}: {hint}")
        try:
            step(escalations, one.id, who(args.by))
        except ValueError as error:
            print(f"voicebot escalations: {error}", file=sys.stderr)
            return 1
    return 0
