"""The one door to the database: whole or nothing, and failures by whose problem they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from postgres_cluster import Cluster
from sqlalchemy import Engine, func, insert, select, text

from voicebot.store import tables
from voicebot.store.database import Conflict, DatabaseAway, Refused, parse_url, transaction
from voicebot.store.database import open_engine as opened
from voicebot.store.opening import open_store
from voicebot.store.settings import StoreSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "what a caller said"


@pytest.fixture
def engine(url: str, settings: StoreSettings) -> Iterator[Engine]:
    open_store(url, settings).close()
    engine = opened(parse_url(url), busy_timeout_ms=50)
    yield engine
    engine.dispose()


def row(call: str, seq: int = 0, **changes: Any) -> dict[str, Any]:
    fact = {"call": call, "seq": seq, "at_ms": 0, "time": NOW, "kind": "said", "data": {}}
    return {**fact, **changes}


def add(engine: Engine, *rows: dict[str, Any], error: Exception | None = None) -> None:
    with transaction(engine, "writing") as connection:
        for one in rows:
            connection.execute(insert(tables.facts).values(one))
        if error is not None:
            raise error


def ask(engine: Engine, question: str) -> None:
    with transaction(engine, "reading") as connection:
        connection.execute(text(question))


def count(engine: Engine) -> int:
    with transaction(engine, "counting") as connection:
        return connection.execute(select(func.count()).select_from(tables.facts)).scalar_one()


def test_what_is_done_is_kept(engine: Engine) -> None:
    add(engine, row("one"))
    assert count(engine) == 1


def test_an_error_of_the_caller_s_own_keeps_nothing(engine: Engine) -> None:
    with pytest.raises(LookupError):
        add(engine, row("one"), error=LookupError())
    assert count(engine) == 0


def test_a_row_that_is_there_is_a_conflict_and_nothing_else_is_kept(engine: Engine) -> None:
    add(engine, row("one"))
    with pytest.raises(Conflict, match="writing"):
        add(engine, row("two"), row("one"))
    assert count(engine) == 1


@pytest.mark.parametrize("data", [{SECRET}, {"text": f"{SECRET}\ud800"}], ids=["a set", "half"])
def test_a_value_that_no_column_takes_is_refused_and_not_told(engine: Engine, data: object) -> None:
    with pytest.raises(Refused) as raised:
        add(engine, row("one", data=data))
    assert not isinstance(raised.value, Conflict)
    assert SECRET not in str(raised.value)


def test_a_missing_table_is_waited_for(engine: Engine) -> None:
    with pytest.raises(DatabaseAway, match=r"reading: .*nowhere"):
        ask(engine, "SELECT * FROM nowhere")


def test_a_database_that_is_not_there_is_away(tmp_path: Path) -> None:
    engine = opened(parse_url(f"sqlite:///{tmp_path}/none.db"), busy_timeout_ms=50)
    with pytest.raises(DatabaseAway, match="reading: "):
        ask(engine, "SELECT 1")


END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.parametrize("unasked_s", [0.0, 60.0], ids=["asked", "unasked"])
def test_a_connection_that_a_server_has_ended_is_made_anew(
    postgres: Cluster, unasked_s: float
) -> None:
    """One that is not asked whether it lives costs one transaction."""
    url = parse_url(postgres.database())
    engine = opened(url, busy_timeout_ms=50, unasked_s=unasked_s)
    other = opened(url, busy_timeout_ms=50)
    ask(engine, "SELECT 1")
    ask(other, END_OTHERS)
    if unasked_s:
        with pytest.raises(DatabaseAway, match="reading: "):
            ask(engine, "SELECT 1")
    ask(engine, "SELECT 1")
    engine.dispose()
    other.dispose()
