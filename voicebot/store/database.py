"""The engine: how SQLite and PostgreSQL are opened, and what their failures mean."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    NoSuchModuleError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from voicebot.core.errors import ConfigError, EngineError, Problem

ANSWER_MS = 5_000
DRIVER = "postgresql+psycopg"


class DatabaseAway(EngineError):
    """The database is locked, full, gone or broken just now."""


class Refused(EngineError):
    """The database is well and does not take these values, nor will it later; the text holds none
    of them."""


class Conflict(Refused):
    """A row with this key is there already, or another constraint does not hold."""


def config_error(where: str, code: str, message: str, hint: str) -> ConfigError:
    """One problem with the database as a whole."""
    return ConfigError([Problem(where, 0, 0, code, message, hint)])


def parse_url(url: str) -> URL:
    """Read a database URL. Raises `ConfigError`."""
    hint = "write sqlite:///data/voicebot.db or postgresql+psycopg://user@host/name"
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise config_error("database", "database-url", "is no database URL", hint) from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise config_error("database", "database-url", f"{backend} is not supported", hint)
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        message = "an SQLite database in memory keeps nothing"
        raise config_error("database", "database-url", message, hint)
    return parsed.set(drivername=DRIVER) if backend == "postgresql" else parsed


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; None for a server."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "")


def shown(url: URL) -> str:
    """The database as messages name it, without its password."""
    file = sqlite_file(url)
    return str(file) if file else url.render_as_string(hide_password=True)


def open_engine(
    url: URL,
    *,
    busy_timeout_ms: int,
    answer_timeout_ms: int = ANSWER_MS,
    unasked_s: float = 0.0,
    mode: str = "rw",
) -> Engine:
    """Make an engine; connects lazily. Raises `ConfigError` where there is no driver.

    `mode` is SQLite's: `ro`, `rw`, or `rwc` which makes the file. While serving it is `rw`, so
    that a file that was moved away is missed instead of silently begun anew. Of a server, `ro`
    only reads. `answer_timeout_ms` is how long a server may take to connect or to answer. A
    connection to it is asked whether it lives before it is used, unless it was within `unasked_s`.
    """
    file = sqlite_file(url)
    try:
        if file is None:
            settings = _server_settings(url, busy_timeout_ms, answer_timeout_ms, mode)
            engine = create_engine(url, json_serializer=_server_json, connect_args=settings)
            _ask_connections(engine, unasked_s)
        else:
            opened = partial(_open_file, file, busy_timeout_ms, mode)
            engine = create_engine(url, json_serializer=_json, creator=opened)
    except ImportError:
        message = "the driver for PostgreSQL, psycopg, is not installed"
        hint = ".venv/bin/pip install -r requirements/postgres.txt"
        raise config_error(shown(url), "database-driver", message, hint) from None
    if file is not None and mode != "ro":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _open_file(file: Path, busy_timeout_ms: int, mode: str) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode={mode}"
    timeout_s = busy_timeout_ms / 1000
    return sqlite3.connect(address, uri=True, timeout=timeout_s, check_same_thread=False)


def _server_settings(
    url: URL, busy_timeout_ms: int, answer_timeout_ms: int, mode: str
) -> dict[str, Any]:
    """What libpq is told. A server that vanished must be missed soon: the journal's facts go to
    the spill file only then."""
    session = {
        "lock_timeout": busy_timeout_ms,
        "statement_timeout": answer_timeout_ms,
        "timezone": "UTC",
        # So that a node whose machine died is missed in turn.
        "tcp_keepalives_idle": 20,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 4,
    }
    if mode == "ro":
        session["default_transaction_read_only"] = "on"
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    given = url.query.get("options", "")
    return {
        "connect_timeout": max(2, ceil(answer_timeout_ms / 1000)),
        "tcp_user_timeout": answer_timeout_ms,
        "application_name": "voicebot",
        "options": f"{options} {given}".strip(),
    }


@contextmanager
def transaction(engine: Engine, what: str) -> Iterator[Connection]:
    """A connection whose work is committed at the end, all of it or nothing.

    Raises `DatabaseAway`, which is worth another try, or `Refused`; both say `what` went wrong.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except IntegrityError as error:
        raise Conflict(f"{what}: {type(error).__name__}") from error
    except StatementError as error:
        # A missing table or right is a ProgrammingError: an operator can mend it.
        if isinstance(error, DBAPIError) and not isinstance(error, DataError):
            raise DatabaseAway(f"{what}: {reason(error)}") from error
        raise Refused(f"{what}: {type(error).__name__}") from error
    except SQLAlchemyError as error:
        raise DatabaseAway(f"{what}: {reason(error)}") from error


def _ask_connections(engine: Engine, unasked_s: float) -> None:
    """A connection may be gone with its server. To ask it costs as much as a statement."""

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_s"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        used_s = record.info.get("used_s")
        if used_s is None or time.monotonic() - used_s < unasked_s:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _json(value: object) -> str:
    # As written, not as \uXXXX: callers' words are searched for in this text.
    text = json.dumps(value, ensure_ascii=False)
    text.encode()  # half a character is an error here, not in the driver
    return text


def _server_json(value: object) -> str:
    # psycopg asks for it in the midst of a statement, where only errors of its own are translated.
    import psycopg

    try:
        return _json(value)
    except (TypeError, ValueError) as error:
        raise psycopg.DataError(type(error).__name__) from None


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # WAL: the console reads while the journal is written. NORMAL: a killed process loses nothing;
    # a power cut may lose the last commits, never the file (https://sqlite.org/wal.html).
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def reason(error: SQLAlchemyError) -> str:
    """What went wrong, in the driver's words and without the statement's values (they are the
    callers' words)."""
    origin = getattr(error, "orig", None)
    return str(origin).splitlines()[0] if origin else type(error).__name__
