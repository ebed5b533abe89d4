"""A caller on the way from one person to another: one table, one function that reads it.

Blind: whoever answers has the caller at once. Attended: whoever answers is told first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.transitions import next_state


class TransferState(StrEnum):
    """How far a transfer is."""

    REQUESTED = "requested"
    RINGING = "ringing"
    BRIEFING = "briefing"
    """Whoever answered is told who is on the line; the caller hears music."""
    ACCEPTED = "accepted"
    """It is taken; in a conference all hear each other."""
    BRIDGED = "bridged"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELED = "canceled"
    """The caller hung up."""
    RETURNED_TO_AGENT = "returned_to_agent"
    RETURNED_TO_BOT = "returned_to_bot"
    VOICEMAIL = "voicemail"


class TransferEvent(StrEnum):
    """What moves a transfer from one state to another."""

    DIALED = "dialed"
    BRIEFED = "answered, to be briefed"
    TAKEN = "taken"
    PUT_THROUGH = "put through"
    REJECTED = "declined"
    FAILED = "nobody there"
    CALLER_GONE = "caller hung up"
    TAKEN_BACK = "taken back"
    TO_AGENT = "back to the agent"
    TO_BOT = "back to the flow"
    NEXT = "next target"
    TO_VOICEMAIL = "to leave a message"


_S, _E = TransferState, TransferEvent

TRANSFER_TRANSITIONS: dict[tuple[TransferState, TransferEvent], TransferState] = {
    (_S.REQUESTED, _E.DIALED): _S.RINGING,
    (_S.REQUESTED, _E.FAILED): _S.FAILED,
    (_S.REQUESTED, _E.CALLER_GONE): _S.CANCELED,
    (_S.RINGING, _E.BRIEFED): _S.BRIEFING,
    (_S.RINGING, _E.TAKEN): _S.ACCEPTED,
    (_S.RINGING, _E.REJECTED): _S.REJECTED,
    (_S.RINGING, _E.FAILED): _S.FAILED,
    (_S.RINGING, _E.CALLER_GONE): _S.CANCELED,
    (_S.RINGING, _E.TAKEN_BACK): _S.RETURNED_TO_AGENT,
    (_S.BRIEFING, _E.TAKEN): _S.ACCEPTED,
    (_S.BRIEFING, _E.REJECTED): _S.REJECTED,
    (_S.BRIEFING, _E.FAILED): _S.FAILED,
    (_S.BRIEFING, _E.CALLER_GONE): _S.CANCELED,
    (_S.BRIEFING, _E.TAKEN_BACK): _S.RETURNED_TO_AGENT,
    (_S.ACCEPTED, _E.PUT_THROUGH): _S.BRIDGED,
    (_S.ACCEPTED, _E.FAILED): _S.FAILED,
    (_S.ACCEPTED, _E.CALLER_GONE): _S.CANCELED,
    (_S.ACCEPTED, _E.TAKEN_BACK): _S.RETURNED_TO_AGENT,
    (_S.REJECTED, _E.TO_AGENT): _S.RETURNED_TO_AGENT,
    (_S.REJECTED, _E.TO_BOT): _S.RETURNED_TO_BOT,
    (_S.REJECTED, _E.NEXT): _S.RINGING,
    (_S.REJECTED, _E.TO_VOICEMAIL): _S.VOICEMAIL,
    (_S.FAILED, _E.TO_AGENT): _S.RETURNED_TO_AGENT,
    (_S.FAILED, _E.TO_BOT): _S.RETURNED_TO_BOT,
    (_S.FAILED, _E.NEXT): _S.RINGING,
    (_S.FAILED, _E.TO_VOICEMAIL): _S.VOICEMAIL,
}


def next_transfer_state(state: TransferState, event: TransferEvent) -> TransferState:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    return next_state(
        TRANSFER_TRANSITIONS, state, event, "a transfer that is {state} cannot be {event}"
    )


class TransferMode(StrEnum):
    """Whether whoever answers is told first."""

    BLIND = "blind"
    ATTENDED = "attended"


class TargetKind(StrEnum):
    """Where a caller may be sent to."""

    AGENT = "agent"
    QUEUE = "queue"
    NUMBER = "number"
    """A SIP URI, a number, or the name of a configured destination."""
    NODE = "node"
    """Back to the bot, at one of the ways that the flow's queue node names."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, written `queue:billing`."""

    kind: TargetKind
    name: str
    """Personal where it is a number."""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Raises `ValueError` for what is no target."""
        kind, colon, name = text.partition(":")
        if not colon or not name.strip():
            raise ValueError("a target is written agent:NAME, queue:NAME, number:NUMBER, node:NAME")
        return cls(TargetKind(kind.strip()), name.strip())

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Supervision(StrEnum):
    """How a supervisor takes part in a talk."""

    LISTEN = "listen"
    """Hears all, is heard by nobody."""
    WHISPER = "whisper"
    """Only the agent hears the supervisor."""
    BARGE = "barge"
    """All hear each other."""
    TAKE_OVER = "take_over"
    """The supervisor has the caller; the agent is out."""
