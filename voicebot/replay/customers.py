"""Who was known to call, as the journal has it: no back end is asked again."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from voicebot.core.customers import NOBODY, Customer, customer_from_json
from voicebot.core.record import Fact, FactKind
from voicebot.replay.recorded import RecordedCall


class JournalCustomers:
    """Implements `core.customers.Customers` for one call."""

    def __init__(self, call: RecordedCall) -> None:
        self._caller = caller_fact(call)
        self._is_late = self._caller is not None and is_late(call, self._caller)
        self._asked = deque(asked_facts(call))

    async def find(self, *, number: str = "", id: str = "") -> Customer:
        """As it was then: the calling number first, then what the flow asked for."""
        if self._caller is not None:
            fact, self._caller = self._caller, None
            if self._is_late:
                await asyncio.sleep(int(fact.data.get("took_ms") or 0) / 1000)
            return known_then(fact)
        return known_then(self._asked.popleft()) if self._asked else NOBODY


def caller_fact(call: RecordedCall) -> Fact | None:
    """What was known by the calling number; None where nobody asked."""
    return next((f for f in call.of(FactKind.CUSTOMER) if f.data.get("by") == "caller"), None)


def asked_facts(call: RecordedCall) -> list[Fact]:
    """What the flow asked for, in order."""
    return [fact for fact in call.of(FactKind.CUSTOMER) if fact.data.get("by") != "caller"]


def is_late(call: RecordedCall, fact: Fact) -> bool:
    """It was not known when the call was answered."""
    answered = call.first(FactKind.ANSWERED)
    return answered is not None and fact.seq > answered.seq


def known_then(fact: Fact) -> Customer:
    """The profile of a fact."""
    customer = customer_from_json(fact.data.get("profile") or {})
    error, source = str(fact.data.get("error") or ""), str(fact.data.get("source") or "")
    return replace(customer, error=error, source=source)
