"""Keys that were pressed before they were asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from voicebot.turns.key_drops import DropReason


@dataclass(frozen=True, slots=True)
class Press:
    """A key and when it came."""

    key: str = field(repr=False)
    at_ms: int
    method: str = ""
    """What told of it."""


class KeyBuffer:
    """One a call: it outlives nodes and flows."""

    def __init__(self, limit: int = 32) -> None:
        """Holds at most `limit` presses."""
        self._presses: deque[Press] = deque()
        self._limit = limit
        self._late_keys = ""
        self._late_until_ms = 0
        self.on_taken: Callable[[Press], None] = lambda press: None
        """Called with every press that `take` gives away."""

    def __len__(self) -> int:
        return len(self._presses)

    def push(self, key: str, at_ms: int, method: str = "") -> DropReason | None:
        """A key was pressed. None where it is kept, else why it is not: the buffer is full, or
        it is the terminator of a string that had ended by its length already."""
        late, self._late_keys = self._late_keys, ""
        if key in late and at_ms < self._late_until_ms:
            return DropReason.LATE_TERMINATOR
        if len(self._presses) >= self._limit:
            return DropReason.FULL
        self._presses.append(Press(key, at_ms, method))
        return None

    def expect_late(self, keys: str, until_ms: int) -> Press | None:
        """A string ended by its length: callers often press its terminator (one of `keys`) all
        the same. The next key, if it is one of them and comes before `until_ms`, is dropped; if
        it was typed already, it is dropped now and returned."""
        if self._presses and self._presses[0].key in keys:
            return self._presses.popleft()
        self._late_keys = "" if self._presses else keys
        self._late_until_ms = until_ms
        return None

    @property
    def next_key(self) -> str:
        """The oldest key, which stays; empty where there is none."""
        return self._presses[0].key if self._presses else ""

    def take(self) -> Press | None:
        """The oldest press, which leaves the buffer."""
        if not self._presses:
            return None
        press = self._presses.popleft()
        self.on_taken(press)
        return press

    def take_all(self) -> tuple[Press, ...]:
        """All presses in order; the buffer is empty afterwards."""
        taken = tuple(self._presses)
        self._presses.clear()
        return taken

    def clear(self) -> None:
        """Drop what was typed ahead."""
        self._presses.clear()
        self._late_keys = ""
