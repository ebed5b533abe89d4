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
