"""What outlasts a call: messages that callers leave, callbacks they ask for, notices to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from voicebot.core.call import CallId


class RecordOutcome(StrEnum):
    """What came of a message: the transitions of a `record` node."""

    RECORDED = "recorded"
    EMPTY = "empty"
    """Nothing was said."""
    TOO_SHORT = "too_short"


class CallbackOutcome(StrEnum):
    """What came of the offer to call back: the transitions of a `callback` node."""

    ACCEPTED = "accepted"
    """It is noted down, and survives a restart."""
    DECLINED = "declined"
    """The caller wants none."""
    INVALID = "invalid"
    """No number came that the configuration allows to call."""
    FAILED = "failed"
    """It could not be noted down."""


class CallbackState(StrEnum):
    """Where a callback stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    ADOPTED = "adopted"
    """The customer rang again before, and went on from the same place."""
    EXPIRED = "expired"
    """It came to nothing for too long."""


class CallbackResult(StrEnum):
    """What came of one attempt to call back."""

    SERVED = "served"
    """The customer talked to an agent."""
    UNSERVED = "unserved"
    """Answered, but no agent came in time."""
    HUNG_UP = "hung_up"
    """Answered, and hung up before an agent came."""
    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    """An answering machine took the call, or nobody who was there for it."""
    FAILED = "failed"
    """The number cannot be reached, or may not be called."""


class AskWhoAnswers(StrEnum):
    """When whoever answers a call of ours is asked to press a key or say yes."""

    ALWAYS = "always"
    IN_DOUBT = "in_doubt"
    """When it sounded like a machine, or like nobody."""
    NEVER = "never"
    """What sounds like a machine is hung up on."""


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """`[callbacks]`: whether callbacks are dialed, and how often."""

    automatic: bool = True
    """Call when it is the customer's turn in the queue; else they wait to be worked off by hand."""
    name: str = ""
    """How the hotline calls itself to a customer; empty: it says only why it calls."""
    language: str = "en"
    """Of what a customer hears until an agent is there, where that of the first call is not known
    any more."""
    ask: AskWhoAnswers = AskWhoAnswers.IN_DOUBT
    """When whoever answers is asked to press a key, or to say yes, before an agent is rung."""
    machine_message: str = ""
    """Said to an answering machine; empty: it is hung up on."""
    ring_s: int = 30
    """A phone rings so long."""
    attempts: int = 3
    """So many calls are made before it is given up."""
    retry_s: int = 300
    """From an attempt that came to nothing to the next."""
    expires_s: int = 86_400
    """Given up so long after the customer asked, or after the time that was asked for."""
    from_hour: int = 8
    """No calls before this hour of the hotline's day."""
    until_hour: int = 20
    """No calls from this hour on."""
    at_once: int = 2
    """A node calls so many customers at the same time."""
    cut_off_after_s: int = 0
    """Callers who waited, were cut off as their node died, and did not ring again for so long, are
    called; 0: never."""


@dataclass(frozen=True, slots=True)
class DueCallback:
    """One that this node is to make. Numbers are personal."""

    id: CallId
    """Of the place, and of the request where there is one."""
    call: CallId
    """The call in which it was asked for."""
    queue: str
    number: str = field(repr=False)
    joined_ms: int
    """When the customer joined the queue, in ms of the store's time."""
    attempt: int
    """1 for the first."""
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    preferred: tuple[str, ...] = ()
    cut_off: bool = False
    """Not asked for: the line broke off."""


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A call that somebody waits for. The number is personal."""

    id: str
    call: CallId
    """The call in which it was asked for."""
    queue: str
    number: str = field(repr=False)
    requested_at: datetime
    not_before: datetime | None = None
    state: CallbackState = CallbackState.WAITING
    attempts: int = 0
    result: str = ""
    """`CallbackResult` of the last attempt; empty before the first."""
    cut_off: bool = False
    """Not asked for: the caller waited, and the line broke off."""


class Callbacks(Protocol):
    """Where callbacks are noted down."""

    async def add(self, request: CallbackRequest) -> None:
        """Returns when it is durable; the same id again changes nothing. Raises `EngineError`."""
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """A POST of JSON. Secrets stand in it by name only."""

    url: str = field(repr=False)
    body: object = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = ""
    """Name of the secret that signs it (Standard Webhooks); empty for no signature."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of plain text."""

    to: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[str, ...] = field(default=(), repr=False)
    """Recordings, by their names below the data folder."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that others are to be told, as often as it takes."""

    id: str
    """The same for every attempt, so that the receiver can tell a repetition."""
    call: CallId
    message: Webhook | Mail


class Outbox(Protocol):
    """Where notices wait to be delivered."""

    def put(self, notice: Notice) -> None:
        """Returns at once; durable within a second."""
        ...
