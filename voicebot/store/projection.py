"""What else a commit of facts writes: events for others, customers' tags and calls.

A fold as the call's record is: the journal remains the truth, and nothing of this is lost or done
twice by a crash, for it is written with the facts or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from voicebot.core.afterwards import CallbackOutcome
from voicebot.core.call import CallId
from voicebot.core.customers import TagBy
from voicebot.core.events import Endpoint, Event, EventKind
from voicebot.core.record import Cdr, Fact, FactKind
from voicebot.store.customer_tables import customer_calls, customer_tags
from voicebot.store.events import add_new, publish
from voicebot.store.rows import cdr_json

log = logging.getLogger(__name__)

_PLAIN = {
    FactKind.RANG: (EventKind.CALL_STARTED, ("caller", "called", "trunk")),
    FactKind.QUEUED: (EventKind.QUEUED, ("queue", "position", "summary")),
    FactKind.OFFERED: (EventKind.OFFERED, ("queue", "agent")),
    FactKind.BRIDGED: (EventKind.BRIDGED, ("queue", "agent", "wait_ms")),
}
"""Facts that are events as they are, with the keys that go along."""


class Projection:
    """Writes into the ledger's transaction. Used by one thread."""

    def __init__(self, endpoints: Sequence[Endpoint], node: str) -> None:
        self._endpoints, self._node = tuple(endpoints), node

    def write(
        self, connection: Connection, facts: Iterable[Fact], cdrs: Mapping[CallId, Cdr]
    ) -> None:
        """What follows from facts; `cdrs` are their calls' records with them."""
        events: list[Event] = []
        for fact in facts:
            try:
                events += self._take(connection, fact, cdrs.get(fact.call))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                fields = {"kind": fact.kind, "reason": type(error).__name__}
                log.error("nothing follows from a fact that cannot be read", extra=fields)
        if self._endpoints:
            publish(connection, events, self._endpoints, self._node)

    def _take(self, connection: Connection, fact: Fact, cdr: Cdr | None) -> Iterator[Event]:
        match fact.kind:
            case FactKind.CUSTOMER if fact.data.get("found"):
                row = {"customer": str(fact.data["customer"])[:128], "call": fact.call}
                add_new(connection, customer_calls, [row])
            case FactKind.TAGGED if fact.data.get("by"):
                is_new = self._tag(connection, fact)
                if is_new:
                    yield _event(fact, EventKind.CUSTOMER_TAGGED, ("customer", "tag", "by"))
            case _:
                yield from events_of(fact, cdr)

    def _tag(self, connection: Connection, fact: Fact) -> bool:
        """Whether the customer has it only now."""
        customer = str(fact.data.get("customer") or "")
        if not customer:
            return False
        row = {
            "customer": customer[:128],
            "tag": str(fact.data["tag"])[:64],
            "by": TagBy(fact.data["by"]).value,
            "who": "",
            "call": fact.call,
            "time": fact.time,
        }
        return add_new(connection, customer_tags, [row]) == 1


def events_of(fact: Fact, cdr: Cdr | None) -> Iterator[Event]:
    """What others may want to know of a fact."""
    match fact.kind:
        case FactKind.LEFT_QUEUE if fact.data.get("outcome") == "abandoned":
            yield _event(fact, EventKind.ABANDONED, ("queue", "wait_ms"))
        case FactKind.CALLBACK if fact.data.get("outcome") == CallbackOutcome.ACCEPTED:
            yield _event(fact, EventKind.CALLBACK_REQUESTED, ("queue", "not_before"))
        case FactKind.ENDED:
            record: dict[str, Any] = cdr_json(cdr) if cdr is not None else {}
            yield Event(_id(fact), EventKind.CALL_ENDED, fact.time, fact.call, {"record": record})
        case kind if kind in _PLAIN:
            yield _event(fact, *_PLAIN[kind])


def _event(fact: Fact, kind: EventKind, keys: Sequence[str]) -> Event:
    data = {key: fact.data.get(key) for key in keys}
    return Event(_id(fact), kind, fact.time, fact.call, data)


def _id(fact: Fact) -> str:
    return f"{fact.call}/{fact.seq}"
