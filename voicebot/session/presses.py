"""The keys that the call took, for the journal: when they were pressed, by which method, and which.

Secret ones only by when and how. A flood makes one fact a second, and none of any length.
"""

from __future__ import annotations

from voicebot.core.record import FactKind
from voicebot.session.journal import Pen
from voicebot.turns.key_buffer import Press

FACT_EVERY_MS = 1_000
MOST = 64
"""Keys in one fact."""


class Presses:
    """Gathers keys as they are taken."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._keys: list[tuple[int, str, str]] = []
        self._left_out = 0
        self._next_ms = 0

    def taken(self, press: Press, *, secret: bool) -> None:
        """The call took a key."""
        if len(self._keys) < MOST:
            self._keys.append((press.at_ms, press.method, "" if secret else press.key))
        else:
            self._left_out += 1

    def frame(self, now_ms: int) -> None:
        """Tell what there is, now and then."""
        if self._keys and now_ms >= self._next_ms:
            self._next_ms = now_ms + FACT_EVERY_MS
            self.flush()

    def flush(self) -> None:
        """Tell all that was not told."""
        if self._keys:
            keys = [list(key) for key in self._keys]
            self._pen.write(FactKind.PRESSED, keys=keys, left_out=self._left_out)
        self._keys, self._left_out = [], 0
