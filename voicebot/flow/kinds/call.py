"""call: another flow does a part of the work and comes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from voicebot.flow.base import FlowName, Name, NodeName
from voicebot.flow.expressions.functions.function import EvaluationError
from voicebot.flow.flow import Flow
from voicebot.flow.subflows import Parameter, Value
from voicebot.flow.values import Value as Given
from voicebot.flow.values import as_type
from voicebot.flow.walk import Kind, Walk


class CallNode(Kind):
    """Another flow does a part of the work and comes back by one of its exits.

    It has values of its own: `with` goes in, `save` comes out. Its global commands and error path
    are its own; what it does not have is as in the flow that calls it.
    """

    kind: Literal["call"]
    flow: FlowName = Field(description="A flow of the same folder that declares `exits`.")
    given: dict[Name, Value] = Field(
        {}, alias="with", description="Expressions by the parameter that takes their value."
    )
    save: dict[Name, Name] = Field(
        {}, description="Results that are kept, by the name that keeps them."
    )
    exits: dict[Name, NodeName] = Field(
        min_length=1, description="The next node, by the exit that the flow took."
    )

    def kept(self) -> Iterable[str]:
        """What is saved."""
        return self.save

    def enter(self, walk: Walk) -> None:
        """Call it."""
        flow = walk.flow.find(self.flow)
        limit = walk.flow.settings.max_depth
        if flow is None:
            walk.fail(f"there is no flow {self.flow}")
        elif len(walk.state.frames) >= limit:
            walk.fail(f"flows call each other more than {limit} deep")
        else:
            walk.enter_flow(flow, self._values(walk, flow))
            walk.go(flow.file.start, "call")

    def returned(self, walk: Walk, exit_name: str, results: dict[str, Given]) -> None:
        """It came back."""
        walk.keep({name: results.get(result) for name, result in self.save.items()})
        target = self.exits.get(exit_name)
        if target is None:
            walk.fail(f"there is no way on for the exit {exit_name}")
        else:
            walk.go(target, exit_name)

    def _values(self, walk: Walk, flow: Flow) -> dict[str, Given]:
        values: dict[str, Given] = {}
        for name, parameter in flow.file.parameters.items():
            text = self.given.get(name, parameter.default)
            given = walk.value(text) if text is not None else None
            if given is None and parameter.default is not None and name in self.given:
                given = walk.value(parameter.default)
            values[name] = _fitting(name, parameter, given, flow.file.currency)
        return values


def _fitting(name: str, parameter: Parameter, given: Given, currency: str) -> Given:
    if parameter.slot_type is None:
        return given
    try:
        return as_type(given, parameter.slot_type, currency)
    except ValueError:
        raise EvaluationError(f"parameter {name} is not of type {parameter.type}") from None
