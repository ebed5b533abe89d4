"""set: values are computed and kept under names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import Field

from voicebot.flow.base import Name, NodeName
from voicebot.flow.expression_types import TypeOf, type_of_text
from voicebot.flow.subflows import Value
from voicebot.flow.walk import Kind, Walk


class SetNode(Kind):
    """Values are computed and kept under names."""

    kind: Literal["set"]
    values: dict[Name, Value] = Field(
        min_length=1, description="Expressions by the name that keeps their value, in order."
    )
    to: NodeName = Field(description="The next node.")

    def gives(self) -> Mapping[str, Collection[str]]:
        """The values."""
        return {"": self.values.keys()}

    def types(self, type_of: TypeOf) -> Mapping[str, str | None]:
        """Those of the expressions."""
        return {name: type_of_text(text, type_of) for name, text in self.values.items()}

    def enter(self, walk: Walk) -> None:
        """Compute."""
        for name, expression in self.values.items():
            walk.keep({name: walk.value(expression)})
        walk.go(self.to, "set")
