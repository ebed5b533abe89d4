"""Bring a database up to the tables of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

SCRIPTS = Path(__file__).parent / "migrations"

UPGRADING = 0x766F6963
"""Number of the lock that PostgreSQL holds for whoever upgrades: "voic"."""


class WrongVersion(Exception):
    """The database has other tables than this program; the text says which is older."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run what is missing. Raises `WrongVersion` where the database is ahead."""
    if is_current(connection):
        return
    _take_time(connection)
    if not is_current(connection):
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def _take_time(connection: Connection) -> None:
    """Nodes that start together bring a server's database up to date one after the other, however
    long it takes; the lock goes with the connection. An SQLite database has one node."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_lock({UPGRADING})"))
        connection.commit()


def is_current(connection: Connection) -> bool:
    """The tables are those of this version; False: older. Raises `WrongVersion` if newer."""
    scripts = ScriptDirectory.from_config(alembic_config())
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    if current is not None and current not in known:
        raise WrongVersion("the database was written by a newer version of voicebot")
    return current == scripts.get_current_head()
