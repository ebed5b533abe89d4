"""What the session tells the flow engine: that the call began, and what became of the last action
(see `actions`)."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.core.afterwards import CallbackOutcome, RecordOutcome
from voicebot.core.call import LegInfo
from voicebot.core.customers import Customer
from voicebot.core.knowledge import Finding
from voicebot.core.meaning import Interpretation
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import QueueOutcome, QueueStatus, TransferOutcome


@dataclass(frozen=True, slots=True)
class Started:
    """The call is answered."""

    info: LegInfo


@dataclass(frozen=True, slots=True)
class Understood:
    """The caller spoke, and something that was expected was meant."""

    interpretation: Interpretation


@dataclass(frozen=True, slots=True)
class Typed:
    """The caller typed a whole digit string (without its terminator)."""

    digits: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller kept silent."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The caller spoke or typed, and nothing that was expected was meant."""

    interpretation: Interpretation | None = None
    """None for keys."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The back end answered, with whatever status."""

    reply: BackendReply


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The back end did not answer."""

    reason: str
    """`timeout`, `error` or `give_up`."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What may be the answer, best first."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """The caller is out of the queue and still there."""

    outcome: QueueOutcome
    key: str = ""
    """The key that took the caller out, with `LEFT`."""
    choice: str = ""
    """What the caller said to get out, with `LEFT`."""
    confidence: float = 0.0
    """Of that."""
    queue: str = ""
    """The queue that an agent sent the caller to, with `SENT`."""
    node: str = ""
    """The way back to the flow that an agent sent the caller by, with `SENT`."""


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The transfer came to an end; after `DONE` the leg goes away."""

    outcome: TransferOutcome


@dataclass(frozen=True, slots=True)
class Recorded:
    """The message is at its end."""

    outcome: RecordOutcome
    file: str = ""
    """Below the data folder; empty where nothing was kept."""
    duration_ms: int = 0
    gone: bool = False
    """The caller hung up: nobody hears any more what is said."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The time is over."""

    by: str = "time"
    """`time`, or what ended it before: `keys`, `speech`."""


@dataclass(frozen=True, slots=True)
class CallbackEnded:
    """It is noted down, or not: `ACCEPTED`, `INVALID` or `FAILED`."""

    outcome: CallbackOutcome


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """How things stand in the queue."""

    status: QueueStatus


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """The profile; one without an id where nobody is known by that."""

    customer: Customer


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller hung up, at a node that has still something to pass on."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The call has lasted as long as it may. May come whatever the engine waits for."""


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """The recognizer failed; the flow takes its way on (keys, or a person)."""

    what: str


Event = (
    Started
    | Understood
    | Typed
    | NoInput
    | NoMatch
    | Replied
    | CallFailed
    | QueueLeft
    | TransferEnded
    | Recorded
    | Waited
    | CallbackEnded
    | QueueSeen
    | LookedUp
    | CustomerSeen
    | CallerGone
    | TimeUp
    | EngineFailed
)
