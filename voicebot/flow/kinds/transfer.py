"""transfer: the caller is sent to another number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.core.call import Outcome
from voicebot.core.queueing import TransferOutcome
from voicebot.flow.base import Destination, NodeName, Prompts, Strict
from voicebot.flow.steps import EngineFailed, Event, Transfer, TransferEnded
from voicebot.flow.walk import Kind, Walk


class TransferOutcomes(Strict):
    """Where the call goes when the transfer came to nothing; done, the call is over."""

    failed: NodeName = Field(description="It failed, or was not possible.")
    no_answer: NodeName | None = Field(None, description="Nobody answered; else as failed.")
    busy: NodeName | None = Field(None, description="The line was busy; else as failed.")
    declined: NodeName | None = Field(None, description="It was declined; else as failed.")

    def of(self, outcome: TransferOutcome) -> str:
        """The node for an outcome."""
        return getattr(self, outcome) or self.failed


class TransferNode(Kind):
    """The caller is sent to another number and leaves the hotline."""

    kind: Literal["transfer"]
    target: Destination = Field(description="A SIP URI, or one of the configured destinations.")
    prompt: Prompts = Field((), description="Said first.")
    outcomes: TransferOutcomes = Field(description="Where the call goes if it comes to nothing.")

    def enter(self, walk: Walk) -> None:
        """Ask for the transfer."""
        walk.say(self.prompt)
        walk.transfer(Transfer(self.target))

    def take(self, walk: Walk, event: Event) -> None:
        """The transfer came to an end."""
        match event:
            case TransferEnded(TransferOutcome.DONE):
                walk.hang_up(Outcome.TRANSFERRED)
            case TransferEnded(outcome):
                walk.go(self.outcomes.of(outcome), str(outcome))
            case EngineFailed():
                walk.go(self.outcomes.failed, "error")
            case _:
                raise AssertionError(f"{type(event).__name__} is no end of a transfer")
