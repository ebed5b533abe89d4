"""The stores that the commands for customers and escalations open."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from voicebot.cli.places import store_url
from voicebot.config.surroundings import hotline_in
from voicebot.core.customers import Customer
from voicebot.customers.profile import spellings
from voicebot.store.customers import CustomerStore
from voicebot.store.escalations import EscalationStore
from voicebot.store.opening import open_customers


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[CustomerStore, EscalationStore]]:
    """Both, as the hotline of `--config` and `--data` has them. Raises `ConfigError`."""
    hotline = hotline_in(args.config)
    stores = open_customers(
        store_url(args),
        hotline.webhooks,
        hotline.escalation,
        node=hotline.node,
        mails=bool(hotline.mail.host),
    )
    try:
        yield stores
    finally:
        stores[0].close()


def region_of(args: argparse.Namespace) -> str:
    """Whose numbers need no `+`."""
    return hotline_in(args.config).customers.region


def found(
    customers: CustomerStore, key: str, region: str
) -> tuple[Customer | None, tuple[str, ...]]:
    """Whoever has this id or number, and all their numbers."""
    numbers = spellings(key, region)
    customer = customers.get(key) or customers.of_number(numbers)
    return customer, customer.numbers if customer is not None else numbers
