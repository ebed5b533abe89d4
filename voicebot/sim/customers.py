"""A stand-in for the place where callers are looked up: profiles kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voicebot.core.customers import NOBODY, Customer
from voicebot.core.errors import EngineError


@dataclass
class SimCustomers:
    """Implements `core.customers.Customers`."""

    profiles: dict[str, Customer] = field(default_factory=dict)
    """By number or id."""
    delays_s: Mapping[str, float] = field(default_factory=dict)
    """How long it takes to look one up."""
    broken: bool = False

    async def find(self, *, number: str = "", id: str = "") -> Customer:
        await asyncio.sleep(self.delays_s.get(id or number, 0.0))
        if self.broken:
            raise EngineError("customers cannot be looked up")
        return replace(self.profiles.get(id or number, NOBODY), number=number)
