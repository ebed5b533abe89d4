"""That nobody else serves from the same data folder, or under the same name."""

from __future__ import annotations

import fcntl
import os
from io import FileIO
from pathlib import Path

from sqlalchemy import Engine, func, select

from voicebot.core.errors import ConfigError
from voicebot.store.database import config_error


class FolderLock:
    """Holds `NAME.lock` beside a file, until it is closed or the process ends."""

    def __init__(self, file: Path) -> None:
        """Raises `ConfigError` where another process holds it, or the folder cannot be written."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = FileIO(file.with_name(f"{file.name}.lock"), "a", opener=_private)
        except OSError as error:
            raise _unwritable(file, error) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            hint = "stop the other one, or give this one another data folder"
            message = "another voicebot serves from this database"
            raise config_error(str(file), "database-in-use", message, hint) from None

    def close(self) -> None:
        """Let it go; harmless a second time."""
        self._lock.close()


class NameLock:
    """Holds a node's name in a PostgreSQL database while its connection lasts: calls that a node
    left open are closed by the next of that name."""

    def __init__(self, engine: Engine, node: str) -> None:
        """Raises `ConfigError` where another node has the name, `SQLAlchemyError`."""
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()  # it is nobody else's, and ends when it is closed
        held = func.pg_try_advisory_lock(func.hashtextextended(f"voicebot node {node}", 0))
        if not self._connection.execute(select(held)).scalar_one():
            self.close()
            raise _taken(node)

    def close(self) -> None:
        """Let it go; harmless a second time."""
        self._connection.close()


def _taken(node: str) -> ConfigError:
    message = f"another node named {node} serves from this database"
    hint = 'give each node a name of its own: `node = "..."` in hotline.toml'
    return config_error("database", "node-in-use", message, hint)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unwritable(file: Path, error: OSError) -> ConfigError:
    message = f"the data folder cannot be written: {error.strerror}"
    hint = f"make {file.parent} writable for this user, or name another folder"
    return config_error(str(file), "data-folder", message, hint)
