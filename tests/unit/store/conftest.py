from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from call_story import Pen
from databases import Database, Postgres, Sqlite

from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings


@pytest.fixture
def pen() -> Callable[..., Pen]:
    return Pen


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Every test of the store is run on both."""
    made: Database = (
        Sqlite(tmp_path)
        if request.param == "sqlite"
        else Postgres(request.getfixturevalue("postgres"))
    )
    yield made
    made.remove()


@pytest.fixture
def url(database: Database) -> str:
    return database.url


@pytest.fixture
def sqlite(tmp_path: Path) -> Sqlite:
    """For what only a file can do."""
    return Sqlite(tmp_path)


@pytest.fixture
def spill(tmp_path: Path) -> Path:
    """Where facts wait for the database."""
    return tmp_path / "voicebot.db.waiting.jsonl"


@pytest.fixture
def settings(spill: Path) -> StoreSettings:
    return StoreSettings(node="here", batch_ms=5, busy_timeout_ms=10, retry_ms=10, spill=spill)


@pytest.fixture
def store(url: str, settings: StoreSettings) -> Iterator[Store]:
    opened = open_store(url, settings)
    yield opened
    opened.close()
