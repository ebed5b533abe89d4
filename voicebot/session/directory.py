"""The calls of this node, and its switchboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from voicebot.core.call import CallId
from voicebot.queueing.switchboard import Switchboard

if TYPE_CHECKING:
    from voicebot.session.context import Context


class Directory:
    """Who is on the line. One a node, used on one event loop."""

    def __init__(self, switchboard: Switchboard, now_ms: Callable[[], int]) -> None:
        self.switchboard = switchboard
        self.now_ms = now_ms
        """The node's monotonic time in ms; agents' rests are counted by it."""
        self._calls: dict[CallId, Context] = {}

    def enter(self, call: Context) -> None:
        """A call begins."""
        self._calls[call.id] = call

    def leave(self, call: Context) -> None:
        """A call is over."""
        self._calls.pop(call.id, None)

    def calls(self) -> Iterable[Context]:
        """Calls under way, oldest first."""
        return list(self._calls.values())

    def __len__(self) -> int:
        return len(self._calls)
