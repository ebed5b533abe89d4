"""mark: something is noted for reports."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from voicebot.core.record import FactKind
from voicebot.flow.base import Name, NodeName
from voicebot.flow.walk import Kind, Walk


class MarkNode(Kind):
    """Something is noted for reports: how far the call came, and what came of it.

    Tags are a property of every node; here they may stand alone.
    """

    kind: Literal["mark"]
    milestone: Name | None = Field(
        None, description="How far the call came, such as `identified`; reports count each."
    )
    outcome: Name | None = Field(
        None, description="What came of the call, such as `bill_paid`; the last one counts."
    )
    to: NodeName = Field(description="The next node.")

    @model_validator(mode="after")
    def _notes_something(self) -> Self:
        if not (self.milestone or self.outcome or self.tags):
            raise ValueError("a mark needs `milestone`, `outcome` or `tags`")
        return self

    def enter(self, walk: Walk) -> None:
        """Note it."""
        if self.milestone:
            walk.note(FactKind.MILESTONE, milestone=self.milestone)
        if self.outcome:
            walk.note(FactKind.CAME_TO, outcome=self.outcome)
        walk.go(self.to, "marked")
