"""A customer, by id or number: profile, tags, and all their calls, the youngest first. Of a profile
that is kept elsewhere, what was known in the last call.

    voicebot customers show +4917055501
    voicebot customers show 4711 --json
"""

from __future__ import annotations

import argparse
import json

from voicebot.cli.calls import table
from voicebot.cli.customers.doors import found, opened, region_of
from voicebot.cli.places import add_places, store_url
from voicebot.core.customers import Customer, customer_json
from voicebot.core.errors import WrongUse
from voicebot.core.record import Cdr
from voicebot.store.customers import Tag, keys_of
from voicebot.store.opening import open_calls
from voicebot.store.rows import cdr_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("key", metavar="ID", help="id or telephone number")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="calls (20)")
    parser.add_argument("--json", action="store_true", help="JSON")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    with opened(args) as (customers, _):
        customer, numbers = found(customers, args.key, region_of(args))
        tags = customers.tags(keys_of(customer, (args.key, *numbers)))
        id = customer.id if customer is not None else args.key
        ids = customers.calls_of(id, numbers, args.limit)
        customer = customer or customers.last_known(ids)
    calls = _calls(store_url(args), ids)
    if customer is None and not tags and not calls:
        raise WrongUse(f"nobody is known by {args.key}: give the id or the number of a customer")
    if args.json:
        print(json.dumps(_json(customer, tags, calls), ensure_ascii=False))
    else:
        _print(customer, tags, calls)
    return 0


def _calls(url: str, ids: tuple[str, ...]) -> list[Cdr]:
    store = open_calls(url)
    try:
        return [cdr for id in ids if (cdr := store.get(id)) is not None]
    finally:
        store.close()


def _json(customer: Customer | None, tags: tuple[Tag, ...], calls: list[Cdr]) -> dict[str, object]:
    return {
        "customer": customer_json(customer) if customer else None,
        "tags": [{"tag": t.tag, "by": t.by, "call": t.call} for t in tags],
        "calls": [cdr_json(cdr) for cdr in calls],
    }


def _print(customer: Customer | None, tags: tuple[Tag, ...], calls: list[Cdr]) -> None:
    if customer is not None:
        values = {n: v for n, v in customer_json(customer).items() if v and n != "tags"}
        for name, value in values.items():
            print(f"{name:<11} {_text(value)}")
    if tags:
        print(f"{'tags':<11} {', '.join(f'{tag.tag} ({tag.by})' for tag in tags)}")
    if calls:
        rows = [
            (
                cdr.call[:8],
                f"{cdr.started.astimezone():%Y-%m-%d %H:%M}",
                str(cdr.outcome or "running"),
                cdr.flow,
                ", ".join(cdr.intents[-3:]),
                cdr.agent,
            )
            for cdr in calls
        ]
        print(table([("call", "began", "outcome", "flow", "intents", "agent"), *rows]))


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
