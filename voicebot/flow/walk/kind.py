"""What every kind of node can do."""

from __future__ import annotations

from abc import abstractmethod

from voicebot.flow.events import Event
from voicebot.flow.flow import Node
from voicebot.flow.visit import Visit
from voicebot.flow.walk.walk import Walk


class Kind(Node):
    """A node kind: a model of what is written, and what happens on entry and on events."""

    @abstractmethod
    def enter(self, walk: Walk) -> None:
        """The call comes to this node. Ends with `walk.go`, a waiting action, or `walk.fail`."""

    def take(self, walk: Walk, event: Event) -> None:
        """What the node waited for has come. Ends as `enter` does."""
        raise AssertionError(f"a node of kind {type(self).__name__} never waits")

    def outlives_caller(self, visit: Visit) -> bool:
        """Takes `CallerGone`: something is passed on though the caller hung up."""
        return False
