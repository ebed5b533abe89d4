"""queue_status: how things stand in a queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.queueing import QueueStatus
from voicebot.flow.actions import LookAtQueue
from voicebot.flow.base import Expression, Name, NodeName, QueueName, Strict
from voicebot.flow.events import EngineFailed, Event, QueueSeen
from voicebot.flow.expression_types import TypeOf, type_of_text
from voicebot.flow.expressions.functions.function import DURATION, NUMBER
from voicebot.flow.walk import Kind, Walk


class QueueStatusOutcomes(Strict):
    """Where the call goes, by how things stand."""

    available: NodeName = Field(description="An agent is free, and nobody waits.")
    busy: NodeName = Field(description="Agents are at work, none is free for this caller.")
    nobody: NodeName = Field(description="No agent of the queue is at work.")
    full: NodeName | None = Field(
        None, description="No further caller is taken; the same as busy if left out."
    )


class QueueStatusNode(Kind):
    """How things stand in a queue decides, before anybody has to wait in it.

    `save` keeps figures: expressions over `staffed` (agents at work), `available` (agents who are
    free), `waiting` (callers), `longest_wait` and `expected_wait` (durations; null where unknown).
    """

    figures: ClassVar[Mapping[str, str | None]] = {
        "staffed": NUMBER,
        "available": NUMBER,
        "waiting": NUMBER,
        "longest_wait": DURATION,
        "expected_wait": DURATION,
    }

    kind: Literal["queue_status"]
    queue: QueueName = Field(description="One of the configured queues.")
    save: dict[Name, Expression] = Field(
        {}, description="Values that are kept: expressions over the queue's figures."
    )
    outcomes: QueueStatusOutcomes = Field(description="Where the call goes.")

    def gives(self) -> Mapping[str, Collection[str]]:
        """What is saved."""
        return {"": self.save.keys()}

    def types(self, type_of: TypeOf) -> Mapping[str, str | None]:
        """By the figures' types."""
        return {
            name: type_of_text(text, lambda path: self.figures.get(path) or type_of(path))
            for name, text in self.save.items()
        }

    def enter(self, walk: Walk) -> None:
        """Ask."""
        walk.wait(LookAtQueue(self.queue))

    def take(self, walk: Walk, event: Event) -> None:
        """The answer."""
        match event:
            case QueueSeen(status):
                figures = figures_of(status)
                walk.keep({n: walk.evaluate(wanted, figures) for n, wanted in self.save.items()})
                outcome = _outcome(status)
                walk.go(getattr(self.outcomes, outcome) or self.outcomes.busy, outcome)
            case EngineFailed():
                walk.fail("the queue cannot be looked at")
            case _:
                raise AssertionError(f"{type(event).__name__} says nothing of a queue")


def figures_of(status: QueueStatus) -> dict[str, Any]:
    """The queue's figures as expressions have them."""
    return {
        "staffed": status.staffed,
        "available": status.available,
        "waiting": status.waiting,
        "longest_wait": _duration(status.longest_wait_ms),
        "expected_wait": _duration(status.expected_wait_ms),
    }


def _duration(ms: int | None) -> SlotValue | None:
    return None if ms is None else SlotValue(SlotType.DURATION, str(round(ms / 1000)))


def _outcome(status: QueueStatus) -> str:
    if not status.staffed:
        return "nobody"
    if status.full:
        return "full"
    return "available" if status.available > status.waiting else "busy"
