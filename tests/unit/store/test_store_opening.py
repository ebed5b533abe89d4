from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import Database, Sqlite
from postgres_cluster import Cluster
from sqlalchemy import create_engine, text

from voicebot.core.errors import ConfigError
from voicebot.core.record import fold
from voicebot.store.database import DatabaseAway, open_engine, parse_url, transaction
from voicebot.store.migrate import alembic_config
from voicebot.store.opening import Store, open_calls, open_store
from voicebot.store.settings import StoreSettings
from voicebot.store.tables import metadata


def refused(url: str, settings: StoreSettings | None = None) -> str:
    with pytest.raises(ConfigError) as raised:
        open_store(url, settings)
    (problem,) = raised.value.problems
    assert problem.hint
    return problem.code


def test_the_migrations_make_the_tables(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_every_older_database_is_brought_up_to_date(
    database: Database, settings: StoreSettings
) -> None:
    """One step after the other; callbacks of then were asked for."""
    scripts = ScriptDirectory.from_config(alembic_config())
    steps = [script.revision for script in scripts.walk_revisions()][::-1]
    engine = create_engine(database.url)
    with engine.connect() as connection:
        for step in steps:
            command.upgrade(alembic_config(connection), step)
            connection.commit()
            if step == "0008":
                connection.execute(text(_ASKED))
                connection.commit()
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    open_store(database.url, settings).close()
    [(result, cut_off)] = database.run("SELECT result, cut_off FROM callbacks")
    assert (result, bool(cut_off)) == ("", False)


_ASKED = (
    "INSERT INTO callbacks (id, call, queue, number, requested_at, state, attempts) "
    "VALUES ('one', 'one', 'service', '+491', '2026-11-23 09:00:00', 'waiting', 0)"
)


def test_a_newer_database_is_left_alone(database: Database, settings: StoreSettings) -> None:
    open_store(database.url, settings).close()
    database.run("UPDATE alembic_version SET version_num = '9999'")
    assert refused(database.url, settings) == "database-version"
    with pytest.raises(ConfigError, match="newer"):
        open_calls(database.url)


def test_a_broken_file_is_left_as_it_is(sqlite: Sqlite) -> None:
    broken = sqlite.file
    broken.write_bytes(b"no database at all" * 1_000)
    assert refused(sqlite.url) == "database"
    assert broken.read_bytes() == b"no database at all" * 1_000


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(f"sqlite:///{tmp_path}/file/voicebot.db") == "data-folder"


@pytest.mark.parametrize(
    "address",
    ["sqlite://", "nonsense", "foo://bar/baz", "sqlite:///:memory:", "mysql+pymysql://host/name"],
)
def test_what_is_no_database(address: str) -> None:
    assert refused(address) == "database-url"


def test_two_nodes_do_not_share_a_data_folder(
    store: Store, url: str, settings: StoreSettings
) -> None:
    assert refused(url, settings) == "database-in-use"


def test_after_a_refusal_the_next_one_may_have_it(
    url: str, settings: StoreSettings, store: Store
) -> None:
    assert refused(url, settings) == "database-in-use"
    store.close()
    open_store(url, settings).close()


def test_a_missing_database_is_not_made_by_reading(sqlite: Sqlite, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no database here"):
        open_calls(sqlite.url)
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


def test_calls_that_were_cut_off_are_ended_at_the_next_start(
    url: str, settings: StoreSettings, pen: Any
) -> None:
    here, there = settings, replace(settings, node="there")
    for mine, name in [(here, "mine"), (there, "theirs")]:
        store = open_store(url, mine)
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


# ---------------------------------------------------------------- a server


def test_nodes_share_a_server_and_not_a_name(
    postgres: Cluster, settings: StoreSettings, tmp_path: Path
) -> None:
    url = postgres.database()
    here = open_store(url, settings)
    there = open_store(url, replace(settings, node="there", spill=tmp_path / "there"))
    elsewhere = replace(settings, spill=tmp_path / "elsewhere")
    assert refused(url, elsewhere) == "node-in-use"
    here.close()
    open_store(url, elsewhere).close()
    there.close()


def test_nodes_that_start_together_make_the_tables_once(
    postgres: Cluster, settings: StoreSettings, tmp_path: Path
) -> None:
    url = postgres.database()
    each = [replace(settings, node=f"n{n}", spill=tmp_path / f"spill{n}") for n in range(4)]
    with ThreadPoolExecutor(len(each)) as pool:
        stores = list(pool.map(lambda one: open_store(url, one), each))
    for store in stores:
        assert store.close()


def test_a_server_that_is_away_is_named_without_the_password(
    settings: StoreSettings,
) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(ConfigError, match="refused") as raised:
        open_store("postgresql://user:geheim@127.0.0.1:1/voicebot", settings)
    assert "geheim" not in str(raised.value)
    assert "createdb" in str(raised.value)


def test_the_driver_that_is_missing_is_named(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    url = "postgresql+psycopg://user:geheim@127.0.0.1:1/voicebot"
    with pytest.raises(ConfigError, match=r"requirements/postgres\.txt") as raised:
        open_store(url, settings)
    assert "geheim" not in str(raised.value)
    assert refused(url, settings) == "database-driver"


def test_who_only_reads_cannot_write(store: Store, database: Database) -> None:
    reading = open_engine(parse_url(database.url), busy_timeout_ms=50, mode="ro")
    with pytest.raises(DatabaseAway, match=r"read.?only"), transaction(reading, "x") as connection:
        connection.execute(text("DELETE FROM facts"))
    reading.dispose()
