"""set: values are computed and kept under names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from voicebot.flow.base import Expression, NodeName
from voicebot.flow.model import Name
from voicebot.flow.walk import Kind, Walk


def _from_literal(value: object) -> object:
    """`true`, `5` and `null` are expressions without quotes, too."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | float) else value


class SetNode(Kind):
    """Values are computed and kept under names."""

    kind: Literal["set"]
    values: dict[Name, Annotated[Expression, BeforeValidator(_from_literal)]] = Field(
        min_length=1, description="Expressions by the name that keeps their value, in order."
    )
    to: NodeName = Field(description="The next node.")

    def gives(self) -> Mapping[str, Collection[str]]:
        """The values."""
        return {"": self.values.keys()}

    def enter(self, walk: Walk) -> None:
        """Compute."""
        for name, expression in self.values.items():
            walk.keep({name: walk.evaluate(expression)})
        walk.go(self.to, "set")
