"""What agents say of themselves: at work, on a pause, done; and what became of a contact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from voicebot.core.call import CallId
from voicebot.core.queueing import PauseReason


class Operation(StrEnum):
    """What is done to an agent's state."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    RESUME = "resume"
    END_WRAP_UP = "end_wrap_up"
    EXTEND_WRAP_UP = "extend_wrap_up"
    REJECT = "reject"
    """The call for which the phone rings."""


CHOSEN_REASONS = (
    PauseReason.BREAK,
    PauseReason.LUNCH,
    PauseReason.TRAINING,
    PauseReason.MEETING,
    PauseReason.OUTBOUND,
)
"""Pauses that people choose; the others are the system's."""

EXTENSION_MS = 30_000
"""How much longer wrap-up gets where nobody says it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operation with what it needs."""

    operation: Operation
    reason: PauseReason | None = None
    """Of a pause."""
    by_ms: int = EXTENSION_MS
    """How much longer wrap-up is to be."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """What became of a contact, as its agent says."""

    call: CallId
    agent: str
    code: str
    """One of the configured ones."""
    note: str = field(repr=False)
    """The agent's words; may be personal."""
    by: str
    """Who wrote it down: the agent, or a supervisor."""
    time: datetime
