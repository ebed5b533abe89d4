"""The calls of this node, and its switchboard."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.core.call import CallId
from voicebot.queueing.switchboard import Switchboard


class Directory:
    """Who is on the line. One a node, used on one event loop."""

    def __init__(self, switchboard: Switchboard, now_ms: Callable[[], int]) -> None:
        self.switchboard = switchboard
        self.now_ms = now_ms
        """The node's monotonic time in ms; agents' rests are counted by it."""
        self._calls: set[CallId] = set()

    def enter(self, call: CallId) -> None:
        """A call begins."""
        self._calls.add(call)

    def leave(self, call: CallId) -> None:
        """A call is over."""
        self._calls.discard(call)

    def __len__(self) -> int:
        return len(self._calls)
