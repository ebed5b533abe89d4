"""The store's time, as far as a node knows it without asking."""

from __future__ import annotations

import time

from voicebot.store.queues import QueueStore

_STEP_MS = 5.0


class StoreClock:
    """Goes by this process's monotonic clock between two comparisons."""

    def __init__(self, store: QueueStore) -> None:
        self._store = store
        self._ahead_ms = 0.0
        """Of the store's clock, before this process's."""

    def now_ms(self) -> int:
        """In ms since 1970."""
        return round(time.monotonic() * 1000 + self._ahead_ms)

    def compare(self, *, first: bool = False) -> None:
        """Blocks. Later differences are made up little by little. Raises `DatabaseAway`."""
        began_s = time.monotonic()
        theirs_ms = self._store.now_ms()
        ours_ms = (began_s + time.monotonic()) * 500
        by_ms = theirs_ms - ours_ms - self._ahead_ms
        self._ahead_ms += by_ms if first else max(-_STEP_MS, min(_STEP_MS, by_ms))
