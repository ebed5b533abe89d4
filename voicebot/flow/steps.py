"""What passes between the flow engine and the session that carries it out.

The engine is `step(state, event) -> (state, actions)`. Actions are carried out in order. The
last one says what the engine waits for: `Listen`, `Call`, `Enqueue`, `Transfer`, or `HangUp`,
which ends it. `Say` before a `Listen` is played while the session listens already; before any
other it is played to its end (a `Call` runs meanwhile).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.call import LegInfo, Outcome
from voicebot.core.meaning import Expectation, Interpretation
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import QueueOutcome, TransferOutcome
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, Timing

# ---------------------------------------------------------------- engine -> session


@dataclass(frozen=True, slots=True)
class Note:
    """A fact for the journal."""

    kind: FactKind
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """Play prompts, one after the other."""

    prompts: tuple[Prompt, ...]
    barge_in: BargeIn = BargeIn.BOTH


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller: answered by `Understood`, `Typed`, `NoInput` or `NoMatch`."""

    expectation: Expectation
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Call:
    """Ask the back end: answered by `Replied` or `CallFailed`."""

    request: BackendRequest
    cover: tuple[Prompt, ...] = ()
    """Said when no answer came after `cover_after_ms`."""
    cover_after_ms: int = 2_000


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for a person: answered by `QueueLeft`."""

    queue: str
    summary: Mapping[str, str] = field(default_factory=dict)
    """What the agent is to know: intent and slots that are not secret."""
    position: tuple[Prompt, ...] = ()
    """Said on joining and when the position improved; a value named `position` is filled in."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the caller elsewhere by REFER: answered by `TransferEnded`."""

    target: str
    """SIP URI, or a name from the configured destinations."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    outcome: Outcome = Outcome.CONTAINED


Action = Note | Say | Listen | Call | Enqueue | Transfer | HangUp

# ---------------------------------------------------------------- session -> engine


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
    """`timeout` or `error`."""


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """The caller is out of the queue and still there."""

    outcome: QueueOutcome


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The transfer came to an end; after `DONE` the leg goes away."""

    outcome: TransferOutcome


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
    | EngineFailed
)
