"""A file of facts that wait for the database, one JSON object a line."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

from voicebot.core.record import Fact
from voicebot.store.rows import fact_from_json, fact_json

log = logging.getLogger(__name__)

CHUNK = 500


class SpillFile:
    """Appended to while the database is away, read back in order when it is there again.

    What was read back is taken by `done` only at the end, so facts may be given twice after a
    crash; whoever takes them leaves out what is there already.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    @property
    def path(self) -> Path:
        """The file; there only while facts wait in it."""
        return self._path

    @property
    def waiting(self) -> bool:
        """Facts wait in the file."""
        return self._path.exists()

    def append(self, facts: Sequence[Fact]) -> None:
        """Append all or nothing. Raises `OSError`."""
        data = "".join(json.dumps(fact_json(fact)) + "\n" for fact in facts).encode()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            self._write(descriptor, before, data)
        finally:
            os.close(descriptor)

    @staticmethod
    def _write(descriptor: int, before: int, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        except OSError:
            os.ftruncate(descriptor, before)
            raise

    def read_back(self, take: Callable[[Sequence[Fact]], None]) -> None:
        """Give everything to `take` in pieces, then remove the file. What `take` raises ends it,
        and the next time goes on with the same piece."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            while lines := list(islice(file, CHUNK)):
                take(list(_facts(lines)))
                self._read += sum(map(len, lines))
        self._path.unlink()
        self._read = 0


def _facts(lines: Iterable[bytes]) -> Iterable[Fact]:
    for line in lines:
        try:
            yield fact_from_json(json.loads(line))
        except (KeyError, TypeError, ValueError):
            # A process that was killed while it wrote leaves half a line.
            log.warning("a line of the journal's spill file cannot be read and is left out")
