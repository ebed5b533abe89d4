"""Keys that did not count, and why. Never which keys: they may be secret."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

FACT_EVERY_MS = 1_000
"""A flood of keys makes no more than one fact of each sort in this time."""


class DropReason(StrEnum):
    """Why a key did not count."""

    DUPLICATE = "duplicate"
    """Another method had told of the same press."""
    OTHER_METHOD = "other_method"
    """A tone on a call whose keys are known to come by signaling."""
    UNKNOWN = "unknown_key"
    """No key of a telephone."""
    FULL = "buffer_full"
    LATE_TERMINATOR = "late_terminator"
    """It ended a string that had ended by its length already."""
    NOT_WANTED = "not_wanted"
    """Nothing asked for this key."""
    BRIDGED = "bridged"
    """Pressed while the caller talked to an agent."""


@dataclass(frozen=True, slots=True)
class KeyDrop:
    """Some keys that did not count, for the journal."""

    method: str
    """`rfc4733`, `info` or `inband`."""
    reason: str
    count: int


class KeyDrops:
    """Gathers them, so that each is told of and no flood fills the journal."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._next_ms = 0

    def add(self, method: str, reason: str) -> None:
        """A key did not count."""
        self._counts[method, reason] += 1

    def due(self, at_ms: int) -> tuple[KeyDrop, ...]:
        """What is to be told at `at_ms`: mostly nothing."""
        if not self._counts or at_ms < self._next_ms:
            return ()
        self._next_ms = at_ms + FACT_EVERY_MS
        return self.rest()

    def rest(self) -> tuple[KeyDrop, ...]:
        """All that was not told yet."""
        told = tuple(KeyDrop(*sort, count) for sort, count in self._counts.items())
        self._counts.clear()
        return told
