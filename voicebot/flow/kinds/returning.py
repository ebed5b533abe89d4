"""return: a flow that was called ends by one of its exits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.flow.base import Name
from voicebot.flow.kinds.call import CallNode
from voicebot.flow.walk import Kind, Walk


class ReturnNode(Kind):
    """A flow that was called by another one ends by one of its exits.

    Where no flow called it, as when a caller has dialed it directly, the bot hangs up.
    """

    kind: Literal["return"]
    exit: Name = Field(description="One of the flow's `exits`.")

    def enter(self, walk: Walk) -> None:
        """Go back."""
        if not walk.state.frames:
            walk.hang_up(walk.state.outcome)
            return
        results = {name: walk.lookup(name) for name in walk.flow.file.results}
        walk.leave_flow()
        node = walk.flow.nodes[walk.state.node]
        assert isinstance(node, CallNode)
        node.returned(walk, self.exit, results)
