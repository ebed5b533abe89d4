"""Rows of calls, of callers' numbers and of customers that go with an erasure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from voicebot.core.record import FactKind
from voicebot.store import queue_tables, tables
from voicebot.store.customer_tables import (
    customer_calls,
    customer_numbers,
    customer_tags,
    customers,
    escalations,
)

_PART = 500
"""Calls of one statement."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be erased."""

    calls: tuple[str, ...]
    """Ids of calls that have ended."""
    running: tuple[str, ...] = ()
    """Calls that have not: they stay."""
    numbers: tuple[str, ...] = ()
    """Of callers, as the network gives them."""
    customers: tuple[str, ...] = ()
    """Ids of profiles that are kept here."""


def delete_rows(connection: Connection, chosen: Chosen) -> dict[str, int]:
    """Delete all rows of what was chosen; how many there were, by table."""
    rows: dict[str, int] = {}
    _forget_where_it_went_on(connection, chosen.calls)
    for table, where in _conditions(connection, chosen):
        done = connection.execute(delete(table).where(where))
        if done.rowcount > 0:
            rows[table.name] = rows.get(table.name, 0) + done.rowcount
    return rows


def _conditions(
    connection: Connection, chosen: Chosen
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Each table with the rows that go. Offers go before the places that they name."""
    entries, offers = queue_tables.queue_entries, queue_tables.queue_offers
    by_call = (
        tables.facts,
        tables.calls,
        tables.outbox,
        tables.labels,
        tables.dispositions,
        customer_calls,
        escalations,
    )
    by_both: tuple[tuple[Table, Any, Any], ...] = (
        (entries, entries.c.call, entries.c.number),
        (tables.callbacks, tables.callbacks.c.call, tables.callbacks.c.number),
        (
            queue_tables.resume_records,
            queue_tables.resume_records.c.call,
            queue_tables.resume_records.c.number,
        ),
    )
    yield from _of_customers(chosen)
    for part in _parts(chosen.calls) or [()]:
        places = or_(entries.c.call.in_(part), entries.c.number.in_(chosen.numbers))
        ids = connection.execute(select(entries.c.id).where(places)).scalars().all()
        yield offers, offers.c.entry.in_(ids)
        for table, call, number in by_both:
            yield table, or_(call.in_(part), number.in_(chosen.numbers))
        for table in by_call:
            yield table, table.c.call.in_(part)


def named_files(connection: Connection, calls: Collection[str]) -> list[str]:
    """Files that the journals of these calls name, below the data folder."""
    facts = tables.facts.c
    kinds = (FactKind.RECORDING.value, FactKind.MESSAGE.value)
    found: list[str] = []
    for part in _parts(calls):
        query = select(facts.data).where(facts.call.in_(part), facts.kind.in_(kinds))
        found += [str(data.get("file") or ".") for data in connection.execute(query).scalars()]
    return found


def called_back(connection: Connection, calls: Collection[str]) -> dict[str, datetime | None]:
    """Calls back that were asked for in these calls, whatever number was given; and their ends."""
    facts, columns = tables.facts.c, tables.calls.c
    found: dict[str, datetime | None] = {}
    for part in _parts(calls):
        of = facts.data["of"].as_string().in_(part)
        made = select(facts.call).where(facts.kind == FactKind.RANG.value, of)
        query = select(columns.call, columns.ended).where(columns.call.in_(made))
        found |= dict(connection.execute(query).all())
    return found


def _forget_where_it_went_on(connection: Connection, calls: Collection[str]) -> None:
    """What later calls of the same caller, which may stay, began with."""
    facts = tables.facts.c
    query = select(facts.call, facts.seq, facts.data).where(facts.kind == FactKind.CONTINUED.value)
    erased = set(calls)
    for call, seq, data in connection.execute(query).all():
        if data.get("of") in erased:
            this = update(tables.facts).where(facts.call == call, facts.seq == seq)
            connection.execute(this.values(data={"of": "", "node": data["node"], "record": {}}))


def _of_customers(chosen: Chosen) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    keys = (*chosen.customers, *chosen.numbers)
    if not keys:
        return
    yield customers, customers.c.id.in_(chosen.customers)
    owned = customer_numbers.c.customer.in_(chosen.customers)
    yield customer_numbers, or_(owned, customer_numbers.c.number.in_(chosen.numbers))
    for table in (customer_tags, customer_calls, escalations):
        yield table, table.c.customer.in_(keys)
    yield tables.outbox, tables.outbox.c.call.in_([key[:64] for key in keys])


def _parts(calls: Iterable[str]) -> list[tuple[str, ...]]:
    every = tuple(calls)
    return [every[first : first + _PART] for first in range(0, len(every), _PART)]
