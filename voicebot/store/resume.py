"""Where a call's dialogue stood after its last turn, for a caller who is cut off and rings again.

What a flow keeps secret must not be in a record: whoever writes it leaves that out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from voicebot.core.call import CallId
from voicebot.store.database import transaction
from voicebot.store.queue_base import Clock
from voicebot.store.queue_desk import store_now_ms
from voicebot.store.queue_tables import resume_records


@dataclass(frozen=True, slots=True)
class ResumeRecord:
    """One call's."""

    call: CallId
    number: str = field(repr=False)
    """The caller's; personal."""
    record: Mapping[str, Any] = field(repr=False)
    """JSON values only."""
    node: str = ""
    """That serves the call; empty for one that broke off."""


class ResumeStore:
    """One record a call, the latest. Every method blocks and raises `DatabaseAway`."""

    def __init__(self, engine: Engine, *, clock: Clock = store_now_ms) -> None:
        self._engine, self._clock = engine, clock

    def keep(self, record: ResumeRecord) -> None:
        """After every turn; takes the place of the call's last one. Raises `Refused` for values
        that are no JSON."""
        self.write({record.call: record})

    def forget(self, call: CallId) -> None:
        """The call ended in order, or was resumed."""
        self.write({call: None})

    def write(self, latest: Mapping[CallId, ResumeRecord | None]) -> None:
        """Keep the records of some calls, and forget others, all or none. Raises `Refused` for
        values that are no JSON."""
        table = resume_records
        with transaction(self._engine, "calls' states cannot be kept") as connection:
            now_ms = self._clock(connection)
            connection.execute(delete(table).where(table.c.call.in_(list(latest))))
            rows = [_row(record, now_ms) for record in latest.values() if record is not None]
            if rows:
                connection.execute(insert(table), rows)

    def numbers(self) -> set[str]:
        """Of all callers whose call broke off."""
        table = resume_records.c
        with transaction(self._engine, "calls' states cannot be read") as connection:
            rows = connection.execute(select(table.number, table.record)).all()
        return {row.number for row in rows if not row.record["node"]}

    def find(self, number: str, *, within_ms: int) -> ResumeRecord | None:
        """The latest of a caller's number, if it is not older; None for no number."""
        if not number:
            return None
        table = resume_records.c
        with transaction(self._engine, "a call's state cannot be read") as connection:
            query = (
                select(resume_records)
                .where(table.number == number)
                .where(table.written_ms >= self._clock(connection) - within_ms)
                .order_by(table.written_ms.desc())
                .limit(1)
            )
            row = connection.execute(query).mappings().first()
        return _record(row) if row else None

    def give_up(self, node: str) -> int:
        """The calls that a node served broke off: it begins anew; how many."""
        table = resume_records
        with transaction(self._engine, "calls' states cannot be read") as connection:
            rows = connection.execute(select(table)).mappings().all()
            cut = [record for record in map(_record, rows) if record.node == node]
            for record in cut:
                values = {"record": {"node": "", "state": dict(record.record)}}
                connection.execute(update(table).where(table.c.call == record.call).values(values))
        return len(cut)

    def forget_older(self, than_ms: int) -> int:
        """Remove what nobody came back for; how many."""
        table = resume_records.c
        with transaction(self._engine, "calls' states cannot be removed") as connection:
            old = table.written_ms < self._clock(connection) - than_ms
            return connection.execute(delete(resume_records).where(old)).rowcount


def _row(record: ResumeRecord, now_ms: int) -> dict[str, Any]:
    kept = {"node": record.node, "state": dict(record.record)}
    return {
        "call": record.call,
        "number": record.number,
        "written_ms": now_ms,
        "record": kept,
    }


def _record(row: Mapping[Any, Any]) -> ResumeRecord:
    kept = row["record"]
    return ResumeRecord(CallId(row["call"]), row["number"], kept["state"], kept["node"])
