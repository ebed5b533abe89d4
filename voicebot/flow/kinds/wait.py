"""wait: time passes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Pause
from voicebot.flow.base import DurationMs, NodeName, Prompts
from voicebot.flow.events import EngineFailed, Event, Waited
from voicebot.flow.walk import Kind, Walk


class WaitNode(Kind):
    """Time passes, in silence or with music, until its end or until the caller ends it.

    A key that ends it counts for the next node that listens.
    """

    kind: Literal["wait"]
    duration: DurationMs = Field(alias="for", ge=20, description="How long.")
    prompt: Prompts = Field((), description="Said first.")
    music: bool = Field(False, description="True: hold music is played meanwhile.")
    barge_in: BargeIn = Field(BargeIn.BOTH, description="What ends it before its time.")
    to: NodeName = Field(description="The next node.")
    interrupted: NodeName | None = Field(
        None, description="The next node where the caller ended it; the same as `to` if left out."
    )

    def enter(self, walk: Walk) -> None:
        """Wait."""
        walk.say(self.prompt)
        walk.wait(Pause(self.duration, self.music, self.barge_in))

    def take(self, walk: Walk, event: Event) -> None:
        """The time is over."""
        match event:
            case Waited("time"):
                walk.go(self.to, "time")
            case Waited(by):
                walk.go(self.interrupted or self.to, by)
            case EngineFailed():
                walk.go(self.to, "error")
            case _:
                raise AssertionError(f"{type(event).__name__} is no end of a wait")
