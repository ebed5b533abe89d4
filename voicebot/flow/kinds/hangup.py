"""hangup: the bot says goodbye and ends the call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.core.call import Outcome
from voicebot.core.turn import BargeIn
from voicebot.flow.base import Prompts, TagTemplate
from voicebot.flow.walk import Kind, Walk


class HangupNode(Kind):
    """The bot says goodbye and ends the call."""

    kind: Literal["hangup"]
    prompt: Prompts = Field((), description="Said first.")
    outcome: Literal["contained", "handled", "refused", "failed"] | None = Field(
        None,
        description="How the call counts; if left out, handled where an agent served the caller, "
        "failed where none came, contained otherwise.",
    )

    reason: TagTemplate | None = Field(
        None, description="Why, for the call's record and for reports."
    )

    def enter(self, walk: Walk) -> None:
        """Say goodbye and end."""
        walk.say(self.prompt, BargeIn.NONE)
        reason = walk.render(self.reason) if self.reason else ""
        walk.hang_up(Outcome(self.outcome) if self.outcome else walk.state.outcome, reason)
