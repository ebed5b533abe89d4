"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback, as nobody of note."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import create_engine, text

USER = "voicebot"
START_S = 60
OPTIONS = "-c fsync=off -c shared_buffers=16MB -c max_connections=200 -c jit=off"
"""What it holds is not worth a disk's time; a killed server loses nothing of it all the same."""


def programs() -> Path | None:
    """The folder of `initdb`, `pg_ctl` and `postgres`; None where they are not installed."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    initdb = Path(on_path) if on_path else found[-1] if found else None
    return initdb.resolve().parent if initdb else None


def _version(initdb: Path) -> float:
    return float(initdb.parents[1].name)


class Cluster:
    """One server with any number of databases. It can be stopped and started again."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._names = itertools.count(1)
        self._user = _unprivileged()
        # Not below pytest's folder, which only root may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="voicebot-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = _free_port()
        self._run("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def start(self) -> None:
        """Returns when it answers."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} {OPTIONS}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-t", str(START_S), "-l", log, "-o", settings)

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` is a crash: connections break, and the next start recovers."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def close(self) -> None:
        """Stop it and remove everything."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    def database(self) -> str:
        """URL of a new, empty database."""
        name = f"test_{next(self._names)}"
        self._administer(f"CREATE DATABASE {name} STRATEGY file_copy")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._administer(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._bin / program), "-D", str(self._folder / "data"), *words]
        as_whom: Mapping[str, object] = (
            {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}
            if self._user
            else {}
        )
        # To a file: the server would keep a pipe open.
        with (self._folder / "output").open("a+") as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=2 * START_S,
                cwd="/",
                check=False,
                **as_whom,  # type: ignore[call-overload]
            )
            output.seek(0)
            assert done.returncode == 0, output.read()


def _unprivileged() -> str:
    """Whom to run as, as PostgreSQL refuses root; empty for oneself."""
    if os.geteuid() != 0:
        return ""
    return next(name for name in ("postgres", "nobody") if _is_known(name))


def _is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _free_port() -> int:
    """Outside the range that the system gives away: it has to be free after a stop, too."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
