"""The two kinds of database that a store may have, with what tests do to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from postgres_cluster import Cluster
from sqlalchemy import create_engine, inspect, text


class Database(Protocol):
    """One database, empty at first."""

    url: str

    def run(self, statement: str) -> Sequence[Any]:
        """Execute one statement; its rows."""
        ...

    def locked(self) -> Any:
        """A context in which another program holds all of it."""
        ...

    def clear(self) -> None:
        """Nothing is in it any more; nobody is connected."""
        ...

    def remove(self) -> None:
        """It is not needed any more."""
        ...


class Sqlite:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "voicebot.db"
        self.url = f"sqlite:///{self.file}"

    def run(self, statement: str) -> Sequence[Any]:
        with sqlite3.connect(self.file) as connection:
            rows = connection.execute(statement).fetchall()
        connection.close()
        return rows

    @contextmanager
    def locked(self) -> Iterator[None]:
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    def clear(self) -> None:
        if not self.file.exists():
            return
        for (table,) in self.run("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table not in ("alembic_version", "sqlite_sequence"):
                self.run(f"DELETE FROM {table}")

    def remove(self) -> None:
        """The folder goes with the test."""


class Postgres:
    """A database of the tests' server."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.url = cluster.database()
        self._engine = create_engine(self.url)

    def run(self, statement: str) -> Sequence[Any]:
        with self._engine.begin() as connection:
            done = connection.execute(text(statement))
            return [tuple(row) for row in done] if done.returns_rows else []

    @contextmanager
    def locked(self) -> Iterator[None]:
        tables = ", ".join(self._tables())
        with self._engine.connect() as connection:
            connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
            yield

    def clear(self) -> None:
        if tables := ", ".join(self._tables() - {"alembic_version"}):
            self.run(f"TRUNCATE {tables}")

    def _tables(self) -> set[str]:
        return set(inspect(self._engine).get_table_names())

    def remove(self) -> None:
        self._engine.dispose()
        self._cluster.drop(self.url)
