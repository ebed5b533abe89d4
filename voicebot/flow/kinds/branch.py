"""branch: the first condition that holds decides."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.flow.base import Expression, NodeName, Strict
from voicebot.flow.walk import Kind, Walk


class When(Strict):
    """One condition."""

    condition: Expression = Field(alias="if", description="An expression.")
    to: NodeName = Field(description="The next node where it holds.")


class BranchNode(Kind):
    """The first condition that holds decides where the call goes."""

    kind: Literal["branch"]
    when: tuple[When, ...] = Field(min_length=1, description="Conditions, tried in order.")
    otherwise: NodeName = Field(alias="else", description="The next node where none holds.")

    def enter(self, walk: Walk) -> None:
        """Decide."""
        for count, when in enumerate(self.when, 1):
            if walk.evaluate(when.condition):
                walk.go(when.to, f"if {count}")
                return
        walk.go(self.otherwise, "else")
