"""What callers really said and meant, as people say who listened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from voicebot.core.call import CallId
from voicebot.store import tables
from voicebot.store.database import transaction

TEXT, INTENT, SLOT = "text", "intent", "slot:"


@dataclass(frozen=True, slots=True)
class Label:
    """One correction."""

    call: CallId
    seq: int
    """The `heard` fact that it corrects."""
    what: str
    """`text`, `intent`, or `slot:NAME`."""
    value: str
    by: str
    time: datetime


class LabelStore:
    """The labels of a database. Every method blocks, and raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, label: Label) -> None:
        """Keep it, in place of an earlier one of the same."""
        table = tables.labels
        place = (table.c.call == label.call, table.c.seq == label.seq, table.c.what == label.what)
        with transaction(self._engine, "the label was not kept") as connection:
            connection.execute(delete(table).where(*place))
            connection.execute(insert(table).values(asdict(label)))

    def remove(self, call: str, seq: int, what: str) -> bool:
        """Take one back; False where there was none."""
        table = tables.labels.c
        where = (table.call == call, table.seq == seq, table.what == what)
        with transaction(self._engine, "the label was not removed") as connection:
            return connection.execute(delete(tables.labels).where(*where)).rowcount == 1

    def of(self, calls: Collection[str] | None = None) -> tuple[Label, ...]:
        """Those of some calls, or all; by call and place."""
        table = tables.labels
        query = select(table).order_by(table.c.call, table.c.seq, table.c.what)
        if calls is not None:
            query = query.where(table.c.call.in_(calls))
        with transaction(self._engine, "the labels cannot be read") as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            Label(CallId(r["call"]), r["seq"], r["what"], r["value"], r["by"], r["time"])
            for r in rows
        )

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()
