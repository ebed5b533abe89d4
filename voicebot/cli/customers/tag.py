"""Put tags on a customer, or take them away.

    voicebot customers tag +4917055501 refund
    voicebot customers tag 4711 --remove refund

Exit codes: 0 done, 1 a tag to be taken away was not there, 2 wrong use, or there is no
database.
"""

from __future__ import annotations

import argparse
import sys

from voicebot.cli.customers.doors import found, opened, region_of
from voicebot.cli.places import add_places
from voicebot.cli.who import who
from voicebot.store.customers import keys_of

MOST = 64


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("key", metavar="ID", help="id or telephone number")
    parser.add_argument("tags", nargs="+", metavar="TAG", help="64 characters at most")
    parser.add_argument("--remove", action="store_true", help="take them away")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    if wrong := [tag for tag in args.tags if not 1 <= len(tag) <= MOST]:
        print(f"voicebot customers: {len(wrong)} tags are no tags: 1 to {MOST}", file=sys.stderr)
        return 2
    with opened(args) as (customers, _):
        customer, numbers = found(customers, args.key, region_of(args))
        keys = keys_of(customer, (*numbers, args.key))
        if args.remove:
            done = sum(customers.untag(keys, tag) for tag in args.tags)
        else:
            done = sum(customers.tag(keys[0], tag, who(args.by)) for tag in args.tags)
    print(f"{done} {'removed' if args.remove else 'put'}.")
    return 0 if done == len(args.tags) or not args.remove else 1
