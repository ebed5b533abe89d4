"""say: the bot speaks and goes on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.core.turn import BargeIn
from voicebot.flow.base import NodeName, Prompts
from voicebot.flow.walk import Kind, Walk


class SayNode(Kind):
    """The bot speaks and goes on."""

    kind: Literal["say"]
    prompt: Prompts = Field(min_length=1, description="What is said.")
    again: Prompts = Field((), description="What is said on later visits.")
    barge_in: BargeIn | None = Field(
        None, description="What may interrupt; the flow's if left out."
    )
    to: NodeName = Field(description="The next node.")

    def enter(self, walk: Walk) -> None:
        """Speak."""
        is_later = walk.state.visits.get(walk.state.node, 0) > 1
        walk.say((is_later and self.again) or self.prompt, self.barge_in)
        walk.go(self.to, "said")
