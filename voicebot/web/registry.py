"""What the console knows of customers, escalations and notices, joined for the handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from voicebot.core.audit import Audit
from voicebot.core.customers import Customer
from voicebot.customers.profile import spellings
from voicebot.store.calls import CallStore
from voicebot.store.customers import CustomerStore, keys_of
from voicebot.store.erasing import Erased
from voicebot.store.escalations import EscalationStore
from voicebot.store.outbox import OutboxStore
from voicebot.web.ports import Calls

MOST_CALLS = 100


@dataclass(frozen=True, slots=True)
class Registry:
    """The stores; each blocks, so it is asked in a thread."""

    customers: CustomerStore
    escalations: EscalationStore
    outbox: OutboxStore
    calls: Calls
    audit: Audit
    erase: Callable[[str, tuple[str, ...], str], Erased]
    """Erases a customer by id and numbers, in somebody's name, with all their calls."""
    reported: CallStore
    """The same calls, for reports."""
    region: str = ""
    zone: tzinfo | None = None
    """By which days are counted; None for this machine's."""

    def find(self, key: str) -> tuple[Customer | None, tuple[str, ...]]:
        """Whoever is meant by an id or a number; the number as it may be written where nobody is
        kept under it. Blocks."""
        numbers = spellings(key, self.region)
        found = self.customers.get(key) or self.customers.of_number(numbers)
        return found, found.numbers if found is not None else numbers

    def keys(self, key: str) -> tuple[str, ...]:
        """Under which their tags may be. Blocks."""
        found, numbers = self.find(key)
        return tuple(keys_of(found, numbers))
