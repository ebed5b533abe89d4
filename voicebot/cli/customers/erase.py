"""Erase a customer with all their calls, recordings and tags, for ever.

    voicebot customers erase 4711
    voicebot customers erase +4917055501 --yes

What a file, a back end or another database knows of them is not the hotline's: erase it there.
"""

from __future__ import annotations

import argparse

from voicebot.cli.calls_erase import erase
from voicebot.cli.customers.doors import found, opened, region_of
from voicebot.cli.places import add_places, store_url
from voicebot.store.opening import open_eraser


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("key", metavar="ID", help="id or telephone number")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    parser.add_argument("--json", action="store_true", help="what was erased, as JSON")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    with opened(args) as (customers, _):
        customer, numbers = found(customers, args.key, region_of(args))
    eraser = open_eraser(store_url(args), args.data)
    try:
        id = customer.id if customer is not None else args.key
        return erase(eraser, eraser.of_customer(id, numbers), args)
    finally:
        eraser.close()
