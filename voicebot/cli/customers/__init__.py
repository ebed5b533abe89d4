"""Customers: who calls, their tags, and the timeline of all their calls.

Exit codes: 0 done, 1 there is no such tag, 2 no such customer, wrong use, a wrong file or no
database.
"""

from __future__ import annotations

import argparse

from voicebot.cli.subcommands import add_subcommands, run_subcommand

SUBCOMMANDS = {
    "import": "keep the customers of a CSV file in the hotline's own table",
    "show": "a customer, by id or number: profile, tags, calls",
    "tag": "put tags on a customer, or take them away",
    "erase": "erase a customer with all their calls, for ever",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    add_subcommands(parser, "voicebot.cli.customers", SUBCOMMANDS)


run = run_subcommand
