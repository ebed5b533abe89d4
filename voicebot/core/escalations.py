"""Escalations: something that somebody is to look at, by when, and who is told if nobody does.

open ─▶ acknowledged ─▶ closed
  └─ its deadline lapses: the owner's manager has it, with a deadline of their own
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from voicebot.core.transitions import next_state


class EscalationState(StrEnum):
    """Where an escalation stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Somebody sees to it."""
    CLOSED = "closed"


class EscalationEvent(StrEnum):
    """What moves it."""

    LAPSED = "lapsed"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


ESCALATION_TRANSITIONS: dict[tuple[EscalationState, EscalationEvent], EscalationState] = {
    (EscalationState.OPEN, EscalationEvent.LAPSED): EscalationState.OPEN,
    (EscalationState.OPEN, EscalationEvent.ACKNOWLEDGED): EscalationState.ACKNOWLEDGED,
    (EscalationState.OPEN, EscalationEvent.CLOSED): EscalationState.CLOSED,
    (EscalationState.ACKNOWLEDGED, EscalationEvent.LAPSED): EscalationState.OPEN,
    (EscalationState.ACKNOWLEDGED, EscalationEvent.CLOSED): EscalationState.CLOSED,
}


def next_escalation_state(state: EscalationState, event: EscalationEvent) -> EscalationState:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    refusal = "an escalation that is {state} cannot be {event}"
    return next_state(ESCALATION_TRANSITIONS, state, event, refusal)


@dataclass(frozen=True, slots=True)
class EscalationSettings:
    """Who looks at what is escalated, and by when."""

    owners: tuple[str, ...] = ("supervisor", "manager")
    """Who has it first, and who next each time a deadline lapses; the last one keeps it. A mail
    address is told by mail, too, where there is a mail server."""
    answer_minutes: tuple[int, ...] = (30, 120)
    """How long each of them has to acknowledge it; the last figure goes for all further ones."""
    close_minutes: int = 1_440
    """How long whoever acknowledged it has to close it."""

    def owner(self, lapses: int) -> str:
        """Who has it after so many lapses."""
        return self.owners[min(lapses, len(self.owners) - 1)]

    def minutes(self, lapses: int) -> int:
        """How long they have."""
        return self.answer_minutes[min(lapses, len(self.answer_minutes) - 1)]


@dataclass(frozen=True, slots=True)
class Escalation:
    """One escalation. What it is about is personal."""

    id: str
    call: str
    """Empty where it is about a customer as such."""
    customer: str = field(repr=False)
    note: str = field(repr=False)
    opened_by: str
    owner: str
    state: EscalationState
    lapses: int
    """Deadlines that have passed."""
    opened: datetime
    due: datetime
    """By when the owner has to acknowledge it, or to close it."""
    evidence: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Paths of the API: `recording`, `transcript`, `context`; `trace`, and `calls`."""
    acknowledged_by: str = ""
    closed_by: str = ""
    closed: datetime | None = None
    resolution: str = field(default="", repr=False)
