"""loop: a part of the flow is gone through a number of times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import Field

from voicebot.flow.base import Name, NodeName
from voicebot.flow.expression_types import TypeOf
from voicebot.flow.expressions.functions.function import NUMBER, EvaluationError
from voicebot.flow.subflows import Value
from voicebot.flow.walk import Kind, Walk


class LoopNode(Kind):
    """A part of the flow is gone through a number of times.

    The call goes to `body` until it has come back so often, then to `after`. It counts afresh
    whenever the call comes from nodes that it can reach without this one.
    """

    kind: Literal["loop"]
    times: Value = Field(description="How often: a number, or an expression that gives one.")
    counter: Name | None = Field(
        None, description="The name that holds which time it is: 1, 2, ..."
    )
    body: NodeName = Field(description="The first node of what is repeated; its ways lead back.")
    after: NodeName = Field(description="The next node, once it is done.")

    def gives(self) -> Mapping[str, Collection[str]]:
        """The count."""
        return {"": (self.counter,)} if self.counter else {}

    def types(self, type_of: TypeOf) -> Mapping[str, str | None]:
        """A number."""
        return {self.counter: NUMBER} if self.counter else {}

    def enter(self, walk: Walk) -> None:
        """Once more, or on."""
        state = walk.state
        is_new = not state.came_from or state.came_from in walk.flow.reach.outside(state.node)
        count = 1 if is_new else state.loops.get(state.node, 0) + 1
        times = walk.evaluate(self.times)
        if isinstance(times, bool) or not isinstance(times, int | float):
            raise EvaluationError("times is no number")
        rest = {node: c for node, c in state.loops.items() if node != state.node}
        if count > times:
            walk.change(loops=rest)
            walk.go(self.after, "after")
            return
        walk.change(loops={**rest, state.node: count})
        if self.counter:
            walk.keep({self.counter: count})
        walk.go(self.body, f"{count}")
