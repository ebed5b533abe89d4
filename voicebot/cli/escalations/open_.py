"""Ask that somebody looks at a call or a customer.

    voicebot escalations open --call 1a2b3c4d --note "charged twice"
    voicebot escalations open --customer +4917055501

Exit codes: 0 done, 2 there is no such call, wrong use, or there is no database.
"""

from __future__ import annotations

import argparse

from voicebot.cli.customers.doors import found, opened, region_of
from voicebot.cli.places import add_places, store_url
from voicebot.cli.who import who
from voicebot.core.errors import WrongUse
from voicebot.core.record import Fact
from voicebot.store.evidence import evidence_of_call, evidence_of_customer
from voicebot.store.opening import open_calls


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    about = parser.add_mutually_exclusive_group(required=True)
    about.add_argument("--call", metavar="ID", help="a call's id, or how it begins")
    about.add_argument("--customer", metavar="ID", help="a customer's id or number")
    parser.add_argument("--note", default="?", metavar="TEXT", help="what about it (?)")
    parser.add_argument("--by", default="", metavar="NAME", help="who asks (the user)")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    facts = _facts(store_url(args), args.call) if args.call else ()
    if args.call and not facts:
        hint = "`voicebot calls list` lists them"
        raise WrongUse(f"no one call's id begins with {args.call!r}: {hint}")
    call = str(facts[0].call) if facts else ""
    with opened(args) as (customers, escalations):
        if facts:
            customer, evidence = evidence_of_call(facts)
        else:
            known, numbers = found(customers, args.customer, region_of(args))
            customer = known.id if known is not None else args.customer
            evidence = evidence_of_customer(customers.calls_of(customer, numbers, 10))
        opened_one = escalations.open(
            call=call, customer=customer, note=args.note, by=who(args.by), evidence=evidence
        )
    due = f"{opened_one.due.astimezone():%Y-%m-%d %H:%M}"
    print(f"{opened_one.id[:8]}: {opened_one.owner} has it until {due}")
    return 0


def _facts(url: str, prefix: str) -> tuple[Fact, ...]:
    store = open_calls(url)
    try:
        ids = store.find(prefix)
        return store.facts(ids[0]) if len(ids) == 1 else ()
    finally:
        store.close()
