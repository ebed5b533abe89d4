"""Waiting callers, agents, offers: the words they share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AgentState(StrEnum):
    """What an agent (always a person) is doing."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RINGING = "ringing"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class OfferOutcome(StrEnum):
    """How an offer of a call to an agent ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"


class QueueOutcome(StrEnum):
    """How a caller left a queue: the transitions of a `queue` node."""

    SERVED = "served"
    """Bridged, and the agent hung up or gave the caller back."""
    TIMEOUT = "timeout"
    FULL = "full"
    NOBODY = "nobody"
    """No agent of the queue is logged in."""
    LEFT = "left"
    """The caller asked to go back."""


class TransferOutcome(StrEnum):
    """How a transfer ended: the transitions of a `transfer` node."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How things stand in a queue."""

    staffed: int = 0
    """Agents who are at work, free or not."""
    available: int = 0
    """Agents who would be offered a call now."""
    waiting: int = 0
    """Callers."""
    longest_wait_ms: int | None = None
    """Of those who wait now; None where nobody does."""
    expected_wait_ms: int | None = None
    """For one who would join now; None where nothing is known to tell it from."""
    full: bool = False
    """No further caller is taken."""


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as configured."""

    name: str
    address: str
    """SIP URI of the phone; personal where it holds a number."""
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue as configured."""

    name: str
    max_wait_ms: int = 600_000
    max_length: int = 100
    ring_ms: int = 20_000
    """How long one agent's phone rings."""
    wrap_up_ms: int = 5_000
    announce_every_ms: int = 30_000
    """Least time between two announcements of the position."""
    music: str = ""
    """WAV file; empty for the built-in one."""
