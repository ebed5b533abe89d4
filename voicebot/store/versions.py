"""Published versions of flows. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from voicebot.core.publishing import FlowVersion, Publishing, PublishingKind
from voicebot.store import tables
from voicebot.store.database import transaction


class VersionStore:
    """The versions and the log of a database. Every method blocks and raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publish(
        self,
        version: FlowVersion,
        percent: float,
        *,
        kind: PublishingKind,
        by: str,
        why: str,
    ) -> Publishing:
        """Keep a version, where it is new, and add an entry to the log, in one commit."""
        entry: dict[str, Any] = {
            "flow": version.flow,
            "version": version.version,
            "percent": percent,
            "kind": kind.value,
            "time": datetime.now(UTC),
            "by": by,
            "why": why,
        }
        with transaction(self._engine, "the flow cannot be published") as connection:
            if _version(connection, version.flow, version.version) is None:
                connection.execute(insert(tables.flow_versions).values(_row(version)))
            done = connection.execute(insert(tables.flow_log).values(entry))
            number = done.inserted_primary_key
            assert number is not None
        return _publishing({**entry, "id": number[0]})

    def entries(self, flow: str = "") -> tuple[Publishing, ...]:
        """The entries of one flow, or of all, oldest first."""
        table = tables.flow_log
        query = select(table).order_by(table.c.id)
        if flow:
            query = query.where(table.c.flow == flow)
        with self._reading() as connection:
            return tuple(_publishing(row) for row in connection.execute(query).mappings())

    def latest(self) -> int:
        """Id of the youngest entry; 0 where there is none."""
        with self._reading() as connection:
            return connection.execute(select(func.max(tables.flow_log.c.id))).scalar() or 0

    def get(self, flow: str, version: str) -> FlowVersion | None:
        """One version; None where it was never published."""
        with self._reading() as connection:
            return _version(connection, flow, version)

    def find(self, flow: str, prefix: str) -> tuple[str, ...]:
        """Versions of a flow that begin so."""
        table = tables.flow_versions.c
        begins = table.version.startswith(prefix, autoescape=True)
        query = select(table.version).where(table.flow == flow, begins).order_by(table.version)
        with self._reading() as connection:
            return tuple(connection.execute(query).scalars())

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, "published flows cannot be read")


def _version(connection: Connection, flow: str, version: str) -> FlowVersion | None:
    table = tables.flow_versions
    query = select(table).where(table.c.flow == flow, table.c.version == version)
    row = connection.execute(query).mappings().first()
    return FlowVersion(**row) if row is not None else None


def _row(version: FlowVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in FlowVersion.__slots__}


def _publishing(row: Mapping[Any, Any]) -> Publishing:
    return Publishing(**{**row, "kind": PublishingKind(row["kind"])})
