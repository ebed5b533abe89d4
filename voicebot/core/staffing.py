"""What agents may do about themselves, and who may do it for others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from voicebot.core.call import CallId
from voicebot.core.queueing import PauseReason


class Role(StrEnum):
    """What somebody is to the hotline."""

    AGENT = "agent"
    """Own state, own calls."""
    SUPERVISOR = "supervisor"
    """Queues, agents and calls; what is done to calls in progress by permission."""
    ADMIN = "admin"
    """Everything."""


class Permission(StrEnum):
    """What somebody may do."""

    OWN_STATE = "own_state"
    """Say for oneself: at work, on a pause, done; read the calls one is offered."""
    AGENT_STATES = "agent_states"
    """Say so for others."""
    READ_CALLS = "read_calls"
    """Every call, its recording, live events."""
    QUEUES = "queues"
    """Reprioritize, pull a caller, close a queue."""
    LISTEN = "listen"
    """Hear a call unheard."""
    WHISPER = "whisper"
    """Speak to the agent of a call, unheard by the caller."""
    BARGE = "barge"
    """Speak to both."""
    TAKE_OVER = "take_over"
    """Take the agent's place."""
    AUDIT = "audit"
    """Read the audit log."""


_AGENT = frozenset({Permission.OWN_STATE})
_SUPERVISOR = _AGENT | {Permission.AGENT_STATES, Permission.READ_CALLS, Permission.QUEUES}

OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: frozenset(Permission),
}
"""What a role may by itself; more can be given to somebody by name."""


def permissions_of(role: Role, more: tuple[Permission, ...] = ()) -> frozenset[Permission]:
    """All that somebody may."""
    return OF_ROLE[role] | set(more)


class Operation(StrEnum):
    """What is done to an agent's state."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    RESUME = "resume"
    END_WRAP_UP = "end_wrap_up"
    EXTEND_WRAP_UP = "extend_wrap_up"


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
