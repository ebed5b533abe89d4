"""Whatever table there is: what it has of a caller goes with an erasure by number."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from databases import Sqlite

from voicebot.cli import main
from voicebot.core.record import FactKind
from voicebot.store import tables
from voicebot.store.opening import open_store

NUMBER, WORDS = "+4917055501", "my secret garden shears"
CALL, LATER, BACK, CUSTOMER = "aa11", "bb22", "cc33", "4711"
OTHER_NUMBER = "+4917099999"
"""That the caller gave, to be called back at."""
WHO: dict[str, str] = {
    **{"call": CALL, "number": NUMBER, "caller": NUMBER, "customer": CUSTOMER},
    **{"entry": "a place", "kind": FactKind.HEARD.value, "state": "waiting", "channel": "webhook"},
}
NOBODYS = {"agents", "agent_history", "nodes", "closed_queues", "erasures", "audit"}
"""Tables that have nothing of callers: the audit log names calls and customers by id only."""
FLOWS = {"flow_versions", "flow_log"}


def value(column: sa.Column[Any]) -> Any:
    """Something for a column: of the caller wherever there is room for it."""
    if column.name in WHO:
        return WHO[column.name]
    match column.type:
        case sa.JSON():
            return {"text": WORDS}
        case sa.Boolean():
            return False
        case sa.Integer():
            return 7
        case sa.String():
            return WORDS
        case _:
            return datetime(2026, 11, 22, tzinfo=UTC)


def row_of(table: sa.Table) -> dict[str, Any]:
    row = {column.name: value(column) for column in table.columns}
    if table.name == "queue_entries":
        row["id"] = WHO["entry"]
    if table.name == "customers":
        row["id"] = CUSTOMER
    return row


def test_no_table_keeps_anything(tmp_path: Path) -> None:
    url = Sqlite(tmp_path).url
    open_store(url).close()
    of_callers = [
        table
        for table in tables.metadata.sorted_tables
        if table.name not in NOBODYS | FLOWS and not table.name.startswith("alembic")
    ]
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in of_callers:
            connection.execute(sa.insert(table).values(row_of(table)))
        record = {"values": {"text": {"json": WORDS}}, "node": "main"}
        later = row_of(tables.facts) | {
            **{"call": LATER, "seq": 1, "kind": FactKind.CONTINUED.value},
            "data": {"of": CALL, "node": "main", "record": record},
        }
        connection.execute(sa.insert(tables.facts).values(later))
        back = row_of(tables.calls) | {"call": BACK, "caller": OTHER_NUMBER}
        connection.execute(sa.insert(tables.calls).values(back))
        rang = row_of(tables.facts) | {
            **{"call": BACK, "seq": 0, "kind": FactKind.RANG.value},
            "data": {"caller": OTHER_NUMBER, "direction": "out", "of": CALL},
        }
        connection.execute(sa.insert(tables.facts).values(rang))
    engine.dispose()
    content = (tmp_path / "voicebot.db").read_bytes()
    assert NUMBER.encode() in content
    assert main(["calls", "erase", "--number", NUMBER, "--yes", "--data", str(tmp_path)]) == 0
    for trace in (NUMBER, NUMBER[1:], OTHER_NUMBER, WORDS, CALL, BACK):
        with_it = [p.name for p in tmp_path.rglob("*") if trace.encode() in p.read_bytes()]
        assert with_it == [], trace
    left = {t.name: len(Sqlite(tmp_path).run(f"SELECT * FROM {t.name}")) for t in of_callers}
    assert {name: count for name, count in left.items() if count} == {"facts": 1}
    [(data,)] = Sqlite(tmp_path).run("SELECT data FROM facts")
    assert json.loads(data) == {"of": "", "node": "main", "record": {}}
