"""Numbers for which something may be kept: only for these a caller's ringing asks the database.

    places and dialogues ──noted before they are committed──▶ numbers ◀── may one be there?
                                 all of them anew, now and then ──┘

Only where one node writes to the database, which is so with SQLite: of other nodes' callers it
would know nothing, and then every number may be one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable


class KeptNumbers:
    """Of one database. Used by several threads."""

    def __init__(self, *, sole: bool = False) -> None:
        """`sole`: this process alone writes what is kept."""
        self.sole = sole
        self._lock = threading.Lock()
        self._read: Collection[str] | None = None
        self._noted: set[str] = set()
        self._older: set[str] = set()

    def note(self, number: str) -> None:
        """Something is being kept for it. To be called before that is committed."""
        if self.sole:
            with self._lock:
                self._noted.add(number)

    def may_be(self, number: str) -> bool:
        """False where surely nothing is kept for it."""
        if self._read is None:
            return True
        return number in self._read or number in self._noted or number in self._older

    def renew(self, read: Callable[[], Iterable[str]]) -> None:
        """Read all of them, so that those that are gone are forgotten. What was noted since the
        last time stays until the next: it may be committed only now. Raises what `read` raises."""
        if not self.sole:
            return
        with self._lock:
            noted, self._noted = self._noted, set()
            self._older |= noted
        try:
            self._read = frozenset(read())
        except BaseException:
            with self._lock:
                self._noted |= (
                    noted  # This was no renewal: they stay as long as if it had not been.
                )
            raise
        self._older = noted
