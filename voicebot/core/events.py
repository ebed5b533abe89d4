"""What others are told of as it happens: events, and who wants them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from voicebot.core.call import CallId


class EventKind(StrEnum):
    """The `type` of an event."""

    CALL_STARTED = "call.started"
    CALL_ENDED = "call.ended"
    QUEUED = "call.queued"
    OFFERED = "call.offered"
    BRIDGED = "call.bridged"
    ABANDONED = "call.abandoned"
    CALLBACK_REQUESTED = "callback.requested"
    CALLBACK_SETTLED = "callback.settled"
    DISPOSITION = "call.disposition"
    CUSTOMER_TAGGED = "customer.tagged"
    ESCALATION_OPENED = "escalation.opened"
    ESCALATION_LAPSED = "escalation.lapsed"
    ESCALATION_ACKNOWLEDGED = "escalation.acknowledged"
    ESCALATION_CLOSED = "escalation.closed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, once."""

    id: str
    """Of this event and no other, the same however often it is told."""
    kind: EventKind
    time: datetime
    call: CallId
    """Empty where it is about no call."""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """JSON values; personal."""

    def body(self) -> dict[str, Any]:
        """As it is sent (Standard Webhooks, payload)."""
        data = {"call": self.call, **self.data} if self.call else dict(self.data)
        return {"type": self.kind.value, "timestamp": self.time.isoformat(), "data": data}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Somebody who is told."""

    name: str
    """A part of each `webhook-id`."""
    url: str = field(repr=False)
    """Where events are posted."""
    events: tuple[EventKind, ...] = ()
    """Only these; every kind where empty."""
    secret: str = ""
    """Name of the secret that signs; empty for no signature."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent along; `{secret:NAME}` is a secret of the configuration."""

    def wants(self, kind: EventKind) -> bool:
        """Whether it is told of events of a kind."""
        return not self.events or kind in self.events

    def notice_id(self, event: Event) -> str:
        """`webhook-id` of the event for this endpoint: 64 characters at most."""
        name = hashlib.sha256(f"{event.id}\n{self.name}".encode()).hexdigest()
        return f"evt_{name[:40]}"
