"""A clock for what is looked after now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PERIOD_S = 1.0


class Rounds:
    """Calls `go` on the loop every `PERIOD_S`, until stopped."""

    def __init__(self, go: Callable[[], object]) -> None:
        self._go = go
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(PERIOD_S, self._turn)

    def stop(self) -> None:
        """No more rounds."""
        self._handle.cancel()

    def _turn(self) -> None:
        self._go()
        self._handle = self._loop.call_later(PERIOD_S, self._turn)
