"""Customers that are kept here, everybody's tags, and what calls tell of a number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select

from voicebot.core.call import CallId
from voicebot.core.customers import Customer, TagBy, customer_from_json
from voicebot.core.events import Event, EventKind
from voicebot.core.record import FactKind
from voicebot.store import tables
from voicebot.store.customer_tables import (
    customer_calls,
    customer_numbers,
    customer_tags,
    customers,
)
from voicebot.store.database import transaction
from voicebot.store.events import EventStore, add_new

MOST = 500


@dataclass(frozen=True, slots=True)
class Tag:
    """One of a customer's tags."""

    tag: str
    by: TagBy
    who: str
    """Who put it by hand."""
    call: str
    """The call in which it was put; empty for none."""
    time: datetime


class CustomerStore:
    """The customers of a database. Every method blocks, and raises `DatabaseAway`."""

    def __init__(self, engine: Engine, events: EventStore | None = None) -> None:
        """`events`: who is told of tags."""
        self._engine, self._events = engine, events

    # ------------------------------------------------------------ profiles

    def put(self, *profiles: Customer) -> None:
        """Keep profiles, in place of earlier ones of the same ids, all or none. A number belongs
        to whoever named it last; tags are added to those there are."""
        now = datetime.now(UTC)
        with transaction(self._engine, "customers were not kept") as connection:
            for customer in profiles:
                _put(connection, customer, now)

    def get(self, id: str) -> Customer | None:
        """The profile of an id, with its tags."""
        with transaction(self._engine, "customers cannot be read") as connection:
            return profile_of(connection, (), id)

    def of_number(self, numbers: Collection[str]) -> Customer | None:
        """The profile that one of these numbers belongs to."""
        with transaction(self._engine, "customers cannot be read") as connection:
            return profile_of(connection, numbers)

    def list(self, text: str = "", tag: str = "", limit: int = 100) -> tuple[Customer, ...]:
        """By name; those with `text` in the name or as id or number, and with a tag."""
        query = select(customers).order_by(customers.c.name, customers.c.id)
        if text:
            owner = select(customer_numbers.c.customer).where(customer_numbers.c.number == text)
            name = customers.c.name.icontains(text, autoescape=True)
            query = query.where(or_(name, customers.c.id == text, customers.c.id.in_(owner)))
        if tag:
            tagged = select(customer_tags.c.customer).where(customer_tags.c.tag == tag)
            query = query.where(customers.c.id.in_(tagged))
        with transaction(self._engine, "customers cannot be read") as connection:
            rows = connection.execute(query.limit(max(1, min(limit, MOST)))).all()
            return tuple(_customer(connection, row) for row in rows)

    # ------------------------------------------------------------ tags

    def tags(self, keys: Collection[str]) -> tuple[Tag, ...]:
        """Of a customer's id and numbers, oldest first."""
        table = customer_tags
        query = select(table).where(table.c.customer.in_(keys)).order_by(table.c.time, table.c.tag)
        with transaction(self._engine, "tags cannot be read") as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Tag(r["tag"], TagBy(r["by"]), r["who"], r["call"], r["time"]) for r in rows)

    def tag(self, key: str, tag: str, who: str, call: str = "") -> bool:
        """Put a tag by hand; False where it was there."""
        now = datetime.now(UTC)
        row = {"customer": key, "tag": tag, "by": TagBy.HAND.value, "who": who, "call": call}
        with transaction(self._engine, "the tag was not kept") as connection:
            is_new = add_new(connection, customer_tags, [{**row, "time": now}]) == 1
            if is_new and self._events is not None:
                data = {"customer": key, "tag": tag, "by": TagBy.HAND.value, "who": who}
                name = f"{key}/{tag}/{now.isoformat()}"
                event = Event(name, EventKind.CUSTOMER_TAGGED, now, CallId(call), data)
                self._events.publish(connection, [event])
        return is_new

    def untag(self, keys: Collection[str], tag: str) -> bool:
        """Take a tag away; False where there was none."""
        table = customer_tags.c
        where = (table.customer.in_(keys), table.tag == tag)
        with transaction(self._engine, "the tag was not removed") as connection:
            return connection.execute(delete(customer_tags).where(*where)).rowcount > 0

    # ------------------------------------------------------------ calls

    def calls_of(self, id: str, numbers: Collection[str], limit: int = 100) -> tuple[str, ...]:
        """Ids of the calls from these numbers, or in which the customer was recognized; the
        youngest first."""
        calls = tables.calls.c
        known = select(customer_calls.c.call).where(customer_calls.c.customer == id)
        where = or_(calls.caller.in_(numbers), calls.call.in_(known))
        query = select(calls.call).where(where).order_by(calls.started.desc(), calls.call)
        with transaction(self._engine, "calls cannot be read") as connection:
            return tuple(connection.execute(query.limit(max(1, min(limit, MOST)))).scalars())

    def last_known(self, calls: Sequence[str]) -> Customer | None:
        """What was known in the latest of these calls, for a profile that is kept elsewhere."""
        facts = tables.facts.c
        query = (
            select(facts.data)
            .where(facts.call.in_(calls), facts.kind == FactKind.CUSTOMER.value)
            .order_by(facts.time.desc(), facts.seq.desc())
        )
        with transaction(self._engine, "calls cannot be read") as connection:
            rows = connection.execute(query).scalars().all()
        found = next((data for data in rows if data.get("found")), None)
        if found is None:
            return None
        source = str(found.get("source") or "")
        return replace(customer_from_json(found.get("profile") or {}), source=source)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


def profile_of(connection: Connection, numbers: Collection[str], id: str = "") -> Customer | None:
    """By id, or else by one of the numbers, with its tags."""
    query = select(customers).where(customers.c.id == id)
    if not id:
        owner = select(customer_numbers.c.customer).where(customer_numbers.c.number.in_(numbers))
        query = select(customers).where(customers.c.id.in_(owner)).order_by(customers.c.id)
    row = connection.execute(query).first()
    return None if row is None else _customer(connection, row)


def _put(connection: Connection, customer: Customer, now: datetime) -> None:
    connection.execute(delete(customers).where(customers.c.id == customer.id))
    row = {
        "id": customer.id,
        "name": customer.name,
        "language": customer.language,
        "vip": customer.vip,
        "notes": customer.notes,
        "attributes": dict(customer.attributes),
        "agent": customer.agent,
        "updated": now,
    }
    connection.execute(insert(customers).values(row))
    numbers = customer_numbers.c
    taken = or_(numbers.customer == customer.id, numbers.number.in_(customer.numbers))
    connection.execute(delete(customer_numbers).where(taken))
    owned = [{"number": n, "customer": customer.id} for n in dict.fromkeys(customer.numbers)]
    add_new(connection, customer_numbers, owned)
    fixed = {"customer": customer.id, "by": TagBy.HAND.value, "who": "", "call": "", "time": now}
    add_new(connection, customer_tags, [{**fixed, "tag": tag} for tag in customer.tags])


def _customer(connection: Connection, row: Row[Any]) -> Customer:
    numbers = _column(connection, customer_numbers.c.number, customer_numbers.c.customer, row.id)
    tags = _column(connection, customer_tags.c.tag, customer_tags.c.customer, row.id)
    return Customer(
        id=row.id,
        numbers=numbers,
        name=row.name,
        language=row.language,
        vip=row.vip,
        tags=tags,
        notes=row.notes,
        attributes=row.attributes,
        agent=row.agent,
        source="store",
    )


def _column(connection: Connection, wanted: Any, of: Any, id: str) -> tuple[str, ...]:
    return tuple(connection.execute(select(wanted).where(of == id).order_by(wanted)).scalars())


def keys_of(customer: Customer | None, numbers: Iterable[str]) -> Sequence[str]:
    """Under which a customer's tags may be kept."""
    own = (customer.id, *customer.numbers) if customer is not None else ()
    return tuple(dict.fromkeys(key for key in (*own, *numbers) if key))
