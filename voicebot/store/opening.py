"""Open the store: to serve, or only to read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from voicebot.store.callbacks import CallbackStore
from voicebot.store.calls import CallStore
from voicebot.store.database import (
    DatabaseAway,
    config_error,
    open_engine,
    parse_url,
    reason,
    shown,
    sqlite_file,
)
from voicebot.store.feed import Feed
from voicebot.store.journal import JournalWriter
from voicebot.store.ledger import Ledger
from voicebot.store.migrate import WrongVersion, is_current, upgrade
from voicebot.store.outbox import OutboxStore
from voicebot.store.recovery import close_open_calls
from voicebot.store.settings import StoreSettings
from voicebot.store.spill import SpillFile
from voicebot.store.versions import VersionStore

READ_TIMEOUT_MS = 5_000


@dataclass(frozen=True, slots=True)
class Store:
    """All that a serving node keeps."""

    journal: JournalWriter
    calls: CallStore
    feed: Feed
    callbacks: CallbackStore
    outbox: OutboxStore
    versions: VersionStore
    _engine: Engine
    _lock: FileIO | None

    def close(self) -> bool:
        """Write everything and let go; False where facts are lost. Blocks up to some seconds;
        harmless a second time."""
        written = self.outbox.close()
        written = self.journal.close() and written
        self.calls.close()
        self.callbacks.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()
        return written


def open_store(url: str, settings: StoreSettings | None = None) -> Store:
    """Open a database for a serving node: bring it up to date, take in facts that waited in the
    spill file, end calls that were cut off. Raises `ConfigError`."""
    settings = settings or StoreSettings()
    address = parse_url(url)
    lock = _lock_beside(address)
    try:
        with _explained(address):
            _upgrade(address)
            return _assemble(address, settings, lock)
    except BaseException:
        if lock is not None:
            lock.close()
        raise


def open_calls(url: str) -> CallStore:
    """Open a database to read its calls, whether a node serves from it or not. Raises
    `ConfigError`."""
    address = parse_url(url)
    file = sqlite_file(address)
    if file is not None and not file.exists():
        hint = "name the folder with --data, or start the hotline once"
        raise config_error(str(file), "database-missing", "there is no database here", hint)
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS, mode="ro")
    with _explained(address), engine.connect() as connection:
        if not is_current(connection):
            raise WrongVersion("the database is older than this program; start the hotline once")
    return CallStore(engine)


def open_afterwards(url: str) -> tuple[CallbackStore, OutboxStore]:
    """Open a database to look at callbacks and notices, and to revive the dead, whether a node
    serves from it or not. Raises `ConfigError`."""
    open_calls(url).close()
    engine = open_engine(parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS)
    return CallbackStore(engine), OutboxStore(engine, "")


def open_versions(url: str) -> VersionStore:
    """Open a database to publish flows, whether a node serves from it or not; it is made where
    there is none. Raises `ConfigError`."""
    address = parse_url(url)
    with _explained(address):
        if not _is_up_to_date(address):
            lock = _lock_beside(address)
            try:
                _upgrade(address)
            finally:
                if lock is not None:
                    lock.close()
    return VersionStore(open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS))


def find_versions(url: str) -> VersionStore | None:
    """Open a database to look at published flows; None where it cannot hold any yet. Raises
    `ConfigError`."""
    address = parse_url(url)
    with _explained(address):
        if not _is_up_to_date(address):
            return None
    return VersionStore(open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS))


def _is_up_to_date(address: URL) -> bool:
    """The database is there, with the tables of this program."""
    file = sqlite_file(address)
    if file is not None and not file.exists():
        return False
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS)
    try:
        with engine.connect() as connection:
            return is_current(connection)
    finally:
        engine.dispose()


def _upgrade(address: URL) -> None:
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS, mode="rwc")
    try:
        with engine.connect() as connection:
            upgrade(connection)
    finally:
        engine.dispose()
    file = sqlite_file(address)
    if file is not None:
        file.chmod(0o600)


def _assemble(address: URL, settings: StoreSettings, lock: FileIO | None) -> Store:
    writing = open_engine(address, busy_timeout_ms=settings.busy_timeout_ms)
    reading = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS)
    ledger = Ledger(writing, settings.node, sqlite_file(address))
    spill = SpillFile(settings.spill or _spill_beside(address))
    if spill.waiting:
        spill.read_back(ledger.append)
    close_open_calls(writing, ledger, settings.node)
    feed = Feed(ring_events=settings.ring_events, subscriber_events=settings.subscriber_events)
    journal = JournalWriter(ledger, spill, feed, settings)
    after = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS)
    callbacks, outbox = CallbackStore(after), OutboxStore(after, settings.node)
    versions = VersionStore(after)
    return Store(journal, CallStore(reading), feed, callbacks, outbox, versions, writing, lock)


def _spill_beside(address: URL) -> Path:
    file = sqlite_file(address)
    return file.with_name(f"{file.name}.waiting.jsonl") if file else Path("voicebot.waiting.jsonl")


def _lock_beside(address: URL) -> FileIO | None:
    """Hold a file that keeps a second node off an SQLite database; None for a server."""
    file = sqlite_file(address)
    if file is None:
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileIO(file.with_name(f"{file.name}.lock"), "a", opener=_private)
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        hint = "stop the other one, or give this one another data folder"
        message = "another voicebot serves from this database"
        raise config_error(str(file), "database-in-use", message, hint) from None
    return lock


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unwritable(file: Path, error: OSError) -> Exception:
    message = f"the data folder cannot be written: {error.strerror}"
    hint = f"make {file.parent} writable for this user, or name another folder"
    return config_error(str(file), "data-folder", message, hint)


@contextmanager
def _explained(address: URL) -> Iterator[None]:
    """Turn what may go wrong on opening into a `ConfigError`."""
    try:
        yield
    except WrongVersion as error:
        hint = "use the version of voicebot that wrote it, or another data folder"
        raise config_error(shown(address), "database-version", str(error), hint) from None
    except (SQLAlchemyError, DatabaseAway, OSError) as error:
        text = reason(error) if isinstance(error, SQLAlchemyError) else str(error)
        hint = (
            "check that it is readable and writable; a broken file must be restored or moved away"
        )
        message = f"the database cannot be opened: {text}"
        raise config_error(shown(address), "database", message, hint) from None
