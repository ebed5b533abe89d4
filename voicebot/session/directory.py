"""The calls of this node, and its queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from voicebot.core.call import CallId, CallState
from voicebot.core.queueing import QueueStatus
from voicebot.queueing.router import Router
from voicebot.session.dispatcher import Dispatcher


class Directory:
    """Who is on the line. One a node, used on one event loop."""

    def __init__(self, router: Router, now_ms: Callable[[], int]) -> None:
        self.router = router
        self.now_ms = now_ms
        """The node's monotonic time in ms; agents' rests are counted by it."""
        self.dispatcher = Dispatcher(router, now_ms)
        self._calls: dict[CallId, CallState] = {}

    def enter(self, call: CallId) -> None:
        """A call begins."""
        self._calls[call] = CallState.RINGING

    def moved(self, call: CallId, state: CallState) -> None:
        """A call went to another state."""
        if call in self._calls:
            self._calls[call] = state

    def leave(self, call: CallId) -> None:
        """A call is over."""
        self._calls.pop(call, None)

    def states(self) -> Counter[CallState]:
        """How many calls are in each state."""
        return Counter(self._calls.values())

    def status(self, queue: str) -> QueueStatus:
        """How things stand in a queue."""
        return self.router.status(queue, self.now_ms())

    def __len__(self) -> int:
        return len(self._calls)
