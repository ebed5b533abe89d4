from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from voicebot.core.errors import ConfigError
from voicebot.core.record import fold
from voicebot.store.opening import Store, open_calls, open_store
from voicebot.store.settings import StoreSettings
from voicebot.store.tables import metadata


def refused(url: str) -> str:
    with pytest.raises(ConfigError) as raised:
        open_store(url)
    (problem,) = raised.value.problems
    assert problem.hint
    return problem.code


def test_the_migrations_make_the_tables(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_newer_database_is_left_alone(url: str, tmp_path: Path) -> None:
    open_store(url).close()
    with sqlite3.connect(tmp_path / "voicebot.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refused(url) == "database-version"
    with pytest.raises(ConfigError, match="newer"):
        open_calls(url)


def test_a_broken_file_is_left_as_it_is(url: str, tmp_path: Path) -> None:
    broken = tmp_path / "voicebot.db"
    broken.write_bytes(b"no database at all" * 1_000)
    assert refused(url) == "database"
    assert broken.read_bytes() == b"no database at all" * 1_000


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(f"sqlite:///{tmp_path}/file/voicebot.db") == "data-folder"


@pytest.mark.parametrize("url", ["sqlite://", "nonsense", "foo://bar/baz", "sqlite:///:memory:"])
def test_what_is_no_database(url: str) -> None:
    assert refused(url) == "database-url"


def test_two_nodes_do_not_share_an_sqlite_database(store: Store, url: str) -> None:
    assert refused(url) == "database-in-use"


def test_after_a_refusal_the_next_one_may_have_it(url: str, store: Store) -> None:
    assert refused(url) == "database-in-use"
    store.close()
    open_store(url).close()


def test_a_password_is_not_shown() -> None:
    with pytest.raises(ConfigError) as raised:
        open_store("postgresql+psycopg://user:geheim@127.0.0.1:1/voicebot")
    assert "geheim" not in str(raised.value)


def test_a_missing_database_is_not_made_by_reading(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no database here"):
        open_calls(url)
    assert list(tmp_path.iterdir()) == []


def test_others_on_the_machine_cannot_read_it(store: Store, tmp_path: Path) -> None:
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name


def test_calls_are_read_while_they_are_written(store: Store, url: str, pen: Any) -> None:
    write = pen("one")
    facts = write.begin()
    for fact in facts:
        store.journal.write(fact)
    assert store.journal.flush()
    reading = open_calls(url)
    assert reading.get("one") == fold(facts)
    facts.append(write.end())
    store.journal.write(facts[-1])
    assert store.journal.flush()
    assert reading.get("one") == fold(facts)
    reading.close()


# ---------------------------------------------------------------- cut off


def test_calls_that_were_cut_off_are_ended_at_the_next_start(url: str, pen: Any) -> None:
    here, there = StoreSettings(node="here"), StoreSettings(node="there")
    for settings, name in [(here, "mine"), (there, "theirs")]:
        store = open_store(url, settings)
        write = pen(name)
        for fact in [*write.begin(), write("moved", 7_000, node="menu", via="")]:
            store.journal.write(fact)
        store.close()
    store = open_store(url, here)
    ended = store.calls.get("mine")
    assert ended is not None
    assert (ended.outcome, ended.ended_by, ended.duration_ms) == ("failed", "system", 7_000)
    assert [cdr.call for cdr in store.calls.running()] == ["theirs"]
    store.close()
    again = open_store(url, here)
    assert len(again.calls.facts("mine")) == 4
    again.close()
