"""Writes facts and the calls folded from them, in one commit. Used by one thread."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, bindparam, insert, select, update

from voicebot.core.call import CallId
from voicebot.core.record import Cdr, Fact
from voicebot.store import tables
from voicebot.store.database import DatabaseAway, Refused, transaction
from voicebot.store.projection import Projection
from voicebot.store.rows import advance, cdr_row, fact_from_row, fact_row

log = logging.getLogger(__name__)

_INSERT_FACT = insert(tables.facts)
_COLUMNS: dict[str, BindParameter[Any]] = {
    column.name: bindparam(column.name) for column in tables.calls.columns
}
_INSERT_CALL = insert(tables.calls).values(_COLUMNS)
_UPDATE_CALL = (
    update(tables.calls).where(tables.calls.c.call == bindparam("_call")).values(_COLUMNS)
)


class Ledger:
    """The journal's tables, for appending."""

    def __init__(
        self,
        engine: Engine,
        node: str,
        file: Path | None = None,
        projection: Projection | None = None,
    ) -> None:
        """`file` is that of an SQLite database: its absence is noticed. `projection` writes what
        else follows from facts, in their commit."""
        self._projection = projection
        self._engine = engine
        self._node = node
        self._file = file
        self._inode = _inode(file)
        self._running: dict[CallId, Cdr] = {}

    def append(self, facts: Sequence[Fact]) -> None:
        """Commit the facts of any calls, each call's in order. One that is there already, or that
        the database refuses, is left out. Raises `DatabaseAway`, and then nothing was written."""
        try:
            self._commit(facts)
        except Refused:
            for fact in facts:
                self._append_alone(fact)

    def _append_alone(self, fact: Fact) -> None:
        try:
            self._commit([fact])
        except Refused as error:
            if self._projection is not None and self._without_projection(fact):
                log.error("nothing follows from a fact", extra={"kind": fact.kind})
            elif self._has(fact):
                log.info("a fact was in the journal already", extra={"kind": fact.kind})
            else:
                fields = {"kind": fact.kind, "reason": str(error)}
                log.error("a fact was refused by the database", extra=fields)

    def _without_projection(self, fact: Fact) -> bool:
        """The fact itself is kept, whatever follows from it. False where it was refused."""
        try:
            self._commit([fact], projects=False)
        except Refused:
            return False
        return True

    def _commit(self, facts: Sequence[Fact], *, projects: bool = True) -> None:
        self._check_file()
        try:
            with self._writing() as connection:
                folded = self._fold(connection, facts)
                connection.execute(_INSERT_FACT, [fact_row(fact) for fact in facts])
                self._store(connection, folded.values())
                if self._projection is not None and projects:
                    self._projection.write(connection, facts, folded)
        except DatabaseAway:
            # A server that is lost in a commit may have made it: its journal knows.
            for fact in facts:
                self._running.pop(fact.call, None)
            raise
        self._remember(folded.values())

    def _has(self, fact: Fact) -> bool:
        table = tables.facts.c
        query = select(table.seq).where(table.call == fact.call, table.seq == fact.seq)
        with self._writing() as connection:
            return connection.execute(query).first() is not None

    def _writing(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, "the journal")

    def _check_file(self) -> None:
        """SQLite writes on into a file that was removed, and all is lost with the process."""
        if (now := _inode(self._file)) != self._inode:
            self._engine.dispose()
            if now is None:
                raise DatabaseAway("the file is gone")
            self._inode = now

    def _fold(self, connection: Connection, facts: Sequence[Fact]) -> dict[CallId, Cdr]:
        of_call: dict[CallId, list[Fact]] = {}
        for fact in facts:
            of_call.setdefault(fact.call, []).append(fact)
        folded = {
            call: advance(self._before(connection, call, new[0].seq), new)
            for call, new in of_call.items()
        }
        return {call: cdr for call, cdr in folded.items() if cdr is not None}

    def _before(self, connection: Connection, call: CallId, seq: int) -> Cdr | None:
        """The record of the facts before `seq`."""
        if seq == 0 or call in self._running:
            return self._running.get(call)
        return advance(None, facts_of(connection, call))

    def _store(self, connection: Connection, cdrs: Iterable[Cdr]) -> None:
        rows = [{**cdr_row(cdr), "node": self._node, "_call": cdr.call} for cdr in cdrs]
        known = [row for row in rows if row["call"] in self._running]
        if known:
            connection.execute(_UPDATE_CALL, known)
        for row in rows:
            if row["call"] in self._running or connection.execute(_UPDATE_CALL, row).rowcount:
                continue
            connection.execute(_INSERT_CALL, row)

    def _remember(self, cdrs: Iterable[Cdr]) -> None:
        for cdr in cdrs:
            if cdr.ended is None:
                self._running[cdr.call] = cdr
            else:
                self._running.pop(cdr.call, None)


def facts_of(connection: Connection, call: CallId) -> list[Fact]:
    """A call's journal in order."""
    query = select(tables.facts).where(tables.facts.c.call == call).order_by(tables.facts.c.seq)
    return [fact_from_row(row) for row in connection.execute(query).mappings()]


def _inode(file: Path | None) -> int | None:
    try:
        return file.stat().st_ino if file else None
    except OSError:
        return None
