"""The audit log: rows are only ever added, and each carries a hash over itself and the one before,
so that a row that is changed or taken out shows."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from voicebot.core.audit import Act, AuditEntry
from voicebot.store import tables
from voicebot.store.database import Conflict, DatabaseAway, transaction

_BEGINNING = ""
"""What the first row has in place of the hash before it."""
_TRIES = 50
"""Several may write at once: one is next, the others try again."""
_HASHED = ("time", "by", "door", "action", "target", "detail", "outcome", "previous")


class AuditLog:
    """Implements `core.audit.Audit`; what has no `async` blocks. Raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def note(self, act: Act) -> None:
        """Add a line; returns when it is committed."""
        row = {one.name: getattr(act, one.name) for one in fields(Act)}
        now = datetime.now(UTC)
        await asyncio.to_thread(self._add, {**row, "detail": dict(act.detail), "time": now})

    def entries(
        self, *, limit: int = 100, before: int | None = None, target: str = ""
    ) -> tuple[AuditEntry, ...]:
        """The youngest first; with `before`, only those with a smaller id."""
        table = tables.audit
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        if target:
            query = query.where(table.c.target == target)
        with transaction(self._engine, "the audit log cannot be read") as connection:
            return tuple(_entry(row) for row in connection.execute(query).mappings())

    def broken_at(self) -> int | None:
        """Id of the first row that is not as it was written, or whose predecessor is gone; None
        where all are whole. The last rows may have been cut off unseen: keep a copy elsewhere."""
        previous = _BEGINNING
        query = select(tables.audit).order_by(tables.audit.c.id)
        with transaction(self._engine, "the audit log cannot be read") as connection:
            for row in connection.execute(query).mappings():
                if row["previous"] != previous or row["hash"] != _hash(row):
                    return int(row["id"])
                previous = row["hash"]
        return None

    def _add(self, row: dict[str, Any]) -> None:
        for _ in range(_TRIES):
            try:
                with transaction(self._engine, "the audit log") as connection:
                    last = {**row, "previous": _last_hash(connection)}
                    connection.execute(insert(tables.audit).values({**last, "hash": _hash(last)}))
                return
            except Conflict:
                continue
        raise DatabaseAway("the audit log: too many write at once")


def _last_hash(connection: Connection) -> str:
    query = select(tables.audit.c.hash).order_by(tables.audit.c.id.desc()).limit(1)
    return connection.execute(query).scalar() or _BEGINNING


def _hash(row: Mapping[str, Any] | RowMapping) -> str:
    values = [_plain(row[name]) for name in _HASHED]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{one.name: row[one.name] for one in fields(AuditEntry)})
