"""A connection that is lost in the midst of a commit: nobody knows whether it was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from call_story import Pen
from databases import Sqlite
from sqlalchemy import create_engine

from voicebot.core.record import fold
from voicebot.store.calls import CallStore
from voicebot.store.database import DatabaseAway
from voicebot.store.ledger import Ledger
from voicebot.store.opening import open_store


class Doubtful(sqlite3.Connection):
    """Does what it is told, and may not live to say so."""

    lost = False

    def commit(self) -> None:
        super().commit()
        if Doubtful.lost:
            Doubtful.lost = False
            raise sqlite3.OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def file(sqlite: Sqlite) -> Path:
    open_store(sqlite.url).close()
    return sqlite.file


@pytest.fixture
def ledger(file: Path) -> Iterator[Ledger]:
    engine = create_engine(
        f"sqlite:///{file}",
        creator=lambda: sqlite3.connect(file, factory=Doubtful, check_same_thread=False),
    )
    yield Ledger(engine, "here")
    engine.dispose()


@pytest.mark.parametrize("before", [0, 1, 2, 4])
def test_a_commit_that_was_made_unsaid_doubles_nothing_and_loses_nothing(
    ledger: Ledger, file: Path, before: int
) -> None:
    """`before`: so many facts are committed before the connection is lost."""
    pen = Pen("one")
    facts = [*pen.begin(), *(pen("moved", node=f"n{number}", via="") for number in range(4))]
    facts.append(pen.end())
    if before:
        ledger.append(facts[:before])
    Doubtful.lost = True
    with pytest.raises(DatabaseAway):
        ledger.append(facts[before : before + 2])
    ledger.append(facts[before : before + 3])
    for fact in facts[before + 3 :]:
        ledger.append([fact])
    calls = CallStore(create_engine(f"sqlite:///{file}"))
    assert list(calls.facts("one")) == facts
    assert calls.list().calls == (fold(facts),)
    calls.close()
