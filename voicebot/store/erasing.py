"""Erasure: everything of some calls, and of a caller's number, out of the database and the folder.

    chosen ─▶ files ─▶ rows, one transaction with the tombstone ─▶ pages that held them

A row that is deleted leaves its bytes in the file: SQLite is told to overwrite them, its WAL is
emptied and the file written anew; PostgreSQL's tables are vacuumed. Backups are the operator's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from voicebot.core.errors import EngineError
from voicebot.core.record import FactKind
from voicebot.core.whole_file import write_whole
from voicebot.store import queue_tables, tables
from voicebot.store.customer_tables import (
    customer_calls,
    customer_numbers,
    customer_tags,
    customers,
    escalations,
)
from voicebot.store.database import reason, transaction
from voicebot.store.recordings import file_name

INBOX = "nlu_inbox.json"
"""In the data folder: places of what was dropped, `CALL/SEQ`."""
_PART = 500
"""Calls of one statement."""


class StillThere(EngineError):
    """Something could not be erased now; says what, and what to do."""


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


@dataclass(frozen=True, slots=True)
class Erased:
    """What went."""

    rows: dict[str, int] = field(default_factory=dict)
    """By table."""
    files: int = 0
    left: tuple[str, ...] = ()
    """Why bytes may still be in the database's file; empty where none are."""


class Eraser:
    """Erases calls. Every method blocks, and raises `DatabaseAway`."""

    def __init__(self, engine: Engine, data: Path, spill: Path) -> None:
        """`data` is the data folder; `spill` the file in which facts wait for the database."""
        self._engine, self._data, self._spill = engine, data, spill

    def of_numbers(self, numbers: Collection[str]) -> Chosen:
        """The calls of callers with these numbers, and what else is kept of the numbers."""
        owned = select(customer_numbers.c.customer).where(customer_numbers.c.number.in_(numbers))
        with transaction(self._engine, "the customers cannot be read") as connection:
            ids = tuple(connection.execute(owned.distinct()).scalars())
        chosen = self._chosen(tables.calls.c.caller.in_(numbers), tuple(numbers))
        return replace(chosen, customers=ids)

    def of_customer(self, id: str, numbers: Collection[str]) -> Chosen:
        """A customer, the calls from their numbers, and those in which they were recognized."""
        known = select(customer_calls.c.call).where(customer_calls.c.customer == id)
        calls = tables.calls.c
        where = or_(calls.caller.in_(numbers), calls.call.in_(known))
        return replace(self._chosen(where, tuple(numbers)), customers=(id,))

    def of_calls(self, calls: Collection[str]) -> Chosen:
        """These calls; what is not there is left out."""
        return self._chosen(tables.calls.c.call.in_(calls))

    def _chosen(self, where: ColumnElement[bool], numbers: tuple[str, ...] = ()) -> Chosen:
        columns = tables.calls.c
        query = select(columns.call, columns.ended).where(where).order_by(columns.started)
        with transaction(self._engine, "the calls cannot be read") as connection:
            rows = dict(connection.execute(query).all())
            rows |= _called_back(connection, tuple(rows))
        ended = tuple(call for call, when in rows.items() if when is not None)
        return Chosen(ended, tuple(call for call, when in rows.items() if when is None), numbers)

    def erase(self, chosen: Chosen, by: str, now: datetime) -> Erased:
        """Erase, and leave a tombstone that says when, by whom, and how much. A second time does
        no harm. Raises `StillThere` before anything is erased, or where a file cannot be."""
        if self._spill.exists():
            why = "facts of calls wait for the database: erase when they have been taken in"
            raise StillThere(f"{why} ({self._spill.name})")
        files = self._remove_files(chosen.calls)
        with transaction(self._engine, "nothing was erased") as connection:
            self._overwrite(connection)
            rows = self._delete(connection, chosen)
            if files or any(rows.values()):
                counts = {"calls": len(chosen.calls), "files": files, "rows": rows}
                tombstone = {"time": now, "by": by, "counts": counts}
                connection.execute(insert(tables.erasures).values(tombstone))
        self._forget_inbox(chosen.calls)
        return Erased(rows, files, tuple(self._sweep()))

    # ------------------------------------------------------------ rows

    def _delete(self, connection: Connection, chosen: Chosen) -> dict[str, int]:
        rows: dict[str, int] = {}
        _forget_where_it_went_on(connection, chosen.calls)
        for table, where in _conditions(connection, chosen):
            done = connection.execute(delete(table).where(where))
            if done.rowcount > 0:
                rows[table.name] = rows.get(table.name, 0) + done.rowcount
        return rows

    def _overwrite(self, connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA secure_delete = ON"))

    def _sweep(self) -> Iterator[str]:
        """What is left of the rows in the database's files; says what could not be swept."""
        is_file = self._engine.dialect.name == "sqlite"
        statements = _SQLITE if is_file else _SERVER
        try:
            with self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                if not is_file:
                    connection.execute(text("SET statement_timeout = 0"))
                for statement in statements:
                    row = connection.execute(text(statement))
                    if row.returns_rows and (found := row.first()) and found[0]:
                        yield "the database's log is in use"
        except SQLAlchemyError as error:
            yield reason(error)

    # ------------------------------------------------------------ files

    def _remove_files(self, calls: Collection[str]) -> int:
        removed = 0
        for path in dict.fromkeys([*self._named(calls), *self._found(calls)]):
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise StillThere(f"a file cannot be removed: {why}; nothing else was") from None
            removed += 1
        return removed

    def _named(self, calls: Collection[str]) -> Iterator[Path]:
        """Files that the journals name, within the data folder."""
        facts = tables.facts.c
        kinds = (FactKind.RECORDING.value, FactKind.MESSAGE.value)
        root = self._data.resolve()
        with transaction(self._engine, "the calls cannot be read") as connection:
            for part in _parts(calls):
                query = select(facts.data).where(facts.call.in_(part), facts.kind.in_(kinds))
                for data in connection.execute(query).scalars():
                    path = (self._data / str(data.get("file") or ".")).resolve()
                    if path.is_file() and path.is_relative_to(root):
                        yield path

    def _found(self, calls: Collection[str]) -> Iterator[Path]:
        """Files that are called like a call: also those that no journal names (a killed node)."""
        names = {file_name_of(call) for call in calls}
        for folder in ("recordings", "messages"):
            for path in (self._data / folder).rglob("*.wav"):
                if path.name in names or path.name.partition("-")[2] in names:
                    yield path.resolve()

    def _forget_inbox(self, calls: Collection[str]) -> None:
        path = self._data / INBOX
        if not path.is_file():
            return
        gone = set(calls)
        places = json.loads(path.read_text("utf-8"))
        kept = [place for place in places if place.rpartition("/")[0] not in gone]
        write_whole(path, json.dumps(kept))

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


_SQLITE = (
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "VACUUM",
    "PRAGMA wal_checkpoint(TRUNCATE)",
)
_SWEPT = (
    "facts",
    "calls",
    "callbacks",
    "outbox",
    "queue_entries",
    "queue_offers",
    "labels",
    "dispositions",
)
_SWEPT_TOO = ("customers", "customer_numbers", "customer_tags", "customer_calls", "escalations")
_SERVER = tuple(f"VACUUM {name}" for name in (*_SWEPT, *_SWEPT_TOO, "resume_records"))


def file_name_of(call: str) -> str:
    """The name of a call's recording."""
    return file_name(call)  # type: ignore[arg-type]


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


def _called_back(connection: Connection, calls: Collection[str]) -> dict[str, datetime | None]:
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
