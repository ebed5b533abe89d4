"""A call, its legs, and the states both go through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from voicebot.core.transitions import next_state

CallId = NewType("CallId", str)
LegId = NewType("LegId", str)


class LegState(StrEnum):
    """State of one SIP dialog, by PJSIP's names (pjsip_inv_state)."""

    NULL = "NULL"
    CALLING = "CALLING"
    INCOMING = "INCOMING"
    EARLY = "EARLY"
    CONNECTING = "CONNECTING"
    CONFIRMED = "CONFIRMED"
    DISCONNECTED = "DISCONNECTED"


class CallState(StrEnum):
    """Where one caller's business stands."""

    RINGING = "RINGING"
    IVR = "IVR"
    QUEUED = "QUEUED"
    OFFERED = "OFFERED"
    CONNECTED = "CONNECTED"
    ENDED = "ENDED"


class CallEvent(StrEnum):
    """What moves a call from one state to another."""

    ANSWERED = "answered"
    ENQUEUED = "enqueued"
    OFFERED = "offered"
    OFFER_FAILED = "offer failed"
    BRIDGED = "bridged"
    RETURNED = "returned to the flow"
    ENDED = "ended"


CALL_TRANSITIONS: dict[tuple[CallState, CallEvent], CallState] = {
    (CallState.RINGING, CallEvent.ANSWERED): CallState.IVR,
    (CallState.RINGING, CallEvent.ENDED): CallState.ENDED,
    (CallState.IVR, CallEvent.ENQUEUED): CallState.QUEUED,
    (CallState.IVR, CallEvent.BRIDGED): CallState.CONNECTED,
    (CallState.IVR, CallEvent.ENDED): CallState.ENDED,
    (CallState.QUEUED, CallEvent.OFFERED): CallState.OFFERED,
    (CallState.QUEUED, CallEvent.RETURNED): CallState.IVR,
    (CallState.QUEUED, CallEvent.ENDED): CallState.ENDED,
    (CallState.OFFERED, CallEvent.OFFER_FAILED): CallState.QUEUED,
    (CallState.OFFERED, CallEvent.BRIDGED): CallState.CONNECTED,
    (CallState.OFFERED, CallEvent.RETURNED): CallState.IVR,
    (CallState.OFFERED, CallEvent.ENDED): CallState.ENDED,
    (CallState.CONNECTED, CallEvent.RETURNED): CallState.IVR,
    (CallState.CONNECTED, CallEvent.ENDED): CallState.ENDED,
}


def next_call_state(state: CallState, event: CallEvent) -> CallState:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    refusal = "a call that is {state} cannot be {event}"
    return next_state(CALL_TRANSITIONS, state, event, refusal)


@dataclass(frozen=True, slots=True)
class LegInfo:
    """What the INVITE said. Numbers and names are personal: never logged by default."""

    caller: str = ""
    """User part of From, or of P-Asserted-Identity (RFC 3325) where a trusted peer sends it."""
    caller_name: str = ""
    called: str = ""
    """User part of the Request-URI."""
    source: str = ""
    """Where the request came from, `address:port`."""
    trunk: str = ""
    """Name of the configured trunk that it came by; empty if none."""
    asserted_identity: str = ""
    diversion: str = ""
    """First Diversion (RFC 5806), as sent."""
    user_to_user: str = ""
    """User-to-User (RFC 7433), as sent."""
    sip_call_id: str = ""


class EndedBy(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How a call ended, for its CDR."""

    CONTAINED = "contained"
    """Served by the flow to its end, no person wanted."""
    HANDLED = "handled"
    """Bridged to an agent."""
    TRANSFERRED = "transferred"
    UNSERVED = "unserved"
    """A person was wanted and none came; the flow ended otherwise."""
    ABANDONED = "abandoned"
    """The caller left while waiting for an agent."""
    HUNG_UP = "hung_up"
    """The caller left within the flow, before its end."""
    REFUSED = "refused"
    FAILED = "failed"
