"""goto: the call goes on at another node, or in another flow."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from voicebot.core.meaning import SlotValue
from voicebot.flow.base import FlowName, NodeName
from voicebot.flow.flow import Flow
from voicebot.flow.values import Value
from voicebot.flow.walk import Kind, Walk


class GotoNode(Kind):
    """The call goes on at another node, or leaves this flow for another one.

    Another flow takes over for good, in its own language, from its start; slots of the same name
    and type keep their values. A call keeps the versions of all flows that it began with.
    """

    kind: Literal["goto"]
    to: NodeName | None = Field(None, description="A node of this flow.")
    flow: FlowName | None = Field(None, description="Another flow of the same folder.")

    @model_validator(mode="after")
    def _leads_to_one(self) -> Self:
        if (self.to is None) == (self.flow is None):
            raise ValueError("a goto needs either `to` or `flow`")
        return self

    def enter(self, walk: Walk) -> None:
        """Go."""
        if self.to is not None:
            walk.go(self.to, "goto")
            return
        assert self.flow is not None
        flow = walk.flow.find(self.flow)
        if flow is None:
            walk.fail(f"there is no flow {self.flow}")
        else:
            walk.go_to_flow(flow, _taken_along(walk, flow))
            walk.go(flow.file.start, "goto")


def _taken_along(walk: Walk, flow: Flow) -> dict[str, Value]:
    """Slots that the other flow has as well; a secret one only where it is secret there, too."""
    return {
        name: value
        for name, value in walk.state.values.items()
        if isinstance(value, SlotValue)
        and (slot := flow.slots.get(name)) is not None
        and slot.type is value.type
        and (flow.is_secret(name) or not walk.flow.is_secret(name))
    }
