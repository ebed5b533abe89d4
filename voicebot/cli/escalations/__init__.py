"""Escalations: what somebody is to look at, and by when.

Exit codes: 0 done, 1 it cannot be done, 2 there is no such escalation or call, or wrong use.
"""

from __future__ import annotations

import argparse

from voicebot.cli.subcommands import add_subcommands, run_subcommand

SUBCOMMANDS = {
    "list": "those that are due first go first",
    "open": "ask that somebody looks at a call or a customer",
    "acknowledge": "see to one",
    "close": "settle one",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    add_subcommands(parser, "voicebot.cli.escalations", SUBCOMMANDS)


run = run_subcommand
