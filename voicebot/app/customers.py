"""Where callers are looked up, and what the console knows of them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

from voicebot.config import Settings
from voicebot.config.surroundings import database_url
from voicebot.core.ports import Backend
from voicebot.customers.csv_file import CsvCustomers
from voicebot.customers.lookup import Asking, Blocking, CustomerLookup, Threads
from voicebot.customers.profile import profile_of
from voicebot.customers.rest import RestCustomers
from voicebot.customers.settings import CustomerSettings, Source
from voicebot.store.customer_query import SqlCustomers
from voicebot.store.erasing import Erased
from voicebot.store.opening import Store, open_eraser
from voicebot.web.registry import Registry


def customer_lookup(
    settings: Settings, store: Store, backend: Backend, stack: AsyncExitStack
) -> CustomerLookup:
    """Where callers are looked up."""
    wanted = settings.hotline.customers
    region = wanted.region
    source: Asking | None = None
    if wanted.source is Source.REST:
        source = RestCustomers(wanted.rest, backend, region)
    elif wanted.source is not Source.STORE:
        threads = Threads(_blocking(wanted, settings.config, stack))
        stack.callback(threads.close)
        source = threads
    lookup = CustomerLookup(source, store.callers, region)
    stack.callback(lookup.close)
    return lookup


def _blocking(wanted: CustomerSettings, config: Path, stack: AsyncExitStack) -> Blocking:
    """What answers in its own time."""
    csv, sql = wanted.csv, wanted.sql
    if wanted.source is Source.CSV:
        return CsvCustomers(wanted.csv_file(config), wanted.region, csv.columns, csv.delimiter)
    profile = partial(profile_of, source="sql", region=wanted.region)
    found = SqlCustomers(sql.url, sql.query, sql.query_by_id, profile, timeout_ms=sql.timeout_ms)
    stack.callback(found.close)
    return found


def customer_registry(settings: Settings, store: Store, zone: tzinfo | None) -> Registry:
    """What the console knows of customers."""
    hotline, address = settings.hotline, database_url(settings.hotline, settings.data)

    def erase(id: str, numbers: tuple[str, ...], by: str) -> Erased:
        eraser = open_eraser(address, settings.data)
        try:
            return eraser.erase(eraser.of_customer(id, numbers), by, datetime.now(UTC))
        finally:
            eraser.close()

    mails = bool(hotline.mail.host)
    return Registry(
        store.customers,
        store.escalations(hotline.escalation, mails=mails),
        store.outbox,
        store.calls,
        store.audit,
        erase,
        store.calls,
        hotline.customers.region,
        zone,
    )
