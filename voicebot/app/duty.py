"""Whether a node goes on serving: told by signals, asked by whoever gives it work."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable


class Duty:
    """Of one node, from its start on."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        """No new work; what is under way may end."""
        self.hurry = asyncio.Event()
        """What is under way may not even end."""
        self.draining = False
        """New calls are refused already."""

    def heed_signals(self, *, read_flows: Callable[[], None]) -> None:
        """From now on SIGTERM and SIGINT stop the node in order; a second one hurries it. SIGHUP
        has the flows' folder read anew."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, read_flows)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)

    def _told_to_stop(self) -> None:
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()
