"""resume: a digression is over."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from voicebot.flow.base import NodeName
from voicebot.flow.digression import go_back
from voicebot.flow.listening import Listening
from voicebot.flow.walk import Kind, Walk


class ResumeNode(Kind):
    """A digression is over: the question that the caller left is asked again.

    It ends the nodes of a global command with `returns: true`. Callers who came to them by another
    way, such as a choice of the menu, go on to `to`.
    """

    resumes: ClassVar[bool] = True

    kind: Literal["resume"]
    to: NodeName = Field(description="The next node for callers who left no question.")

    def enter(self, walk: Walk) -> None:
        """Back, or on."""
        if not go_back(walk):
            walk.go(self.to, "resume")
            return
        node = walk.flow.nodes[walk.state.node]
        assert isinstance(node, Listening)
        node.resumed(walk)
