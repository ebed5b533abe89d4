"""Erasure: everything of some calls, and of a caller's number, out of the database and the folder.

    chosen ─▶ files ─▶ rows, one transaction with the tombstone ─▶ pages that held them

A row that is deleted leaves its bytes in the file: SQLite is told to overwrite them, its WAL is
emptied and the file written anew; PostgreSQL's tables are vacuumed. Backups are the operator's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, insert, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from voicebot.store import tables
from voicebot.store.customer_tables import customer_calls, customer_numbers
from voicebot.store.database import reason, transaction
from voicebot.store.erased_files import StillThere, forget_inbox, remove_files
from voicebot.store.erased_rows import Chosen, called_back, delete_rows, named_files

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
            rows |= called_back(connection, tuple(rows))
        ended = tuple(call for call, when in rows.items() if when is not None)
        return Chosen(ended, tuple(call for call, when in rows.items() if when is None), numbers)

    def erase(self, chosen: Chosen, by: str, now: datetime) -> Erased:
        """Erase, and leave a tombstone that says when, by whom, and how much. A second time does
        no harm. Raises `StillThere` before anything is erased, or where a file cannot be."""
        if self._spill.exists():
            why = "facts of calls wait for the database: erase when they have been taken in"
            raise StillThere(f"{why} ({self._spill.name})")
        with transaction(self._engine, "the calls cannot be read") as connection:
            named = named_files(connection, chosen.calls)
        files = remove_files(self._data, chosen.calls, named)
        with transaction(self._engine, "nothing was erased") as connection:
            self._overwrite(connection)
            rows = delete_rows(connection, chosen)
            if files or any(rows.values()):
                counts = {"calls": len(chosen.calls), "files": files, "rows": rows}
                tombstone = {"time": now, "by": by, "counts": counts}
                connection.execute(insert(tables.erasures).values(tombstone))
        forget_inbox(self._data, chosen.calls)
        return Erased(rows, files, tuple(self._sweep()))

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

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()
