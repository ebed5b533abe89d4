"""Customers: what is known of whoever calls, and where it is looked up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class TagBy(StrEnum):
    """Who put a tag."""

    NODE = "node"
    """A flow's node, for reports: it stays on the call."""
    INTENT = "intent"
    """What the caller chose."""
    RULE = "rule"
    """A rule of the configuration."""
    HAND = "hand"
    """A person, by command or API."""


@dataclass(frozen=True, slots=True)
class Customer:
    """What is known of a caller. All of it is personal."""

    id: str = field(default="", repr=False)
    """As the operator's records have it; empty where nobody is known."""
    number: str = field(default="", repr=False)
    """The number that was looked up, in E.164 where it is a telephone number."""
    numbers: tuple[str, ...] = field(default=(), repr=False)
    """All numbers of theirs, in E.164."""
    name: str = field(default="", repr=False)
    language: str = ""
    """BCP 47 primary tag: `en`, `zh`; empty where it is not known."""
    vip: bool = False
    tags: tuple[str, ...] = ()
    notes: str = field(default="", repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Further values by name: text, numbers, booleans or lists of text."""
    agent: str = ""
    """The agent who looks after them, by name."""
    last_agent: str = ""
    """Who talked to them last."""
    last_intent: str = ""
    """What they chose last, in an earlier call."""
    calls_24h: int = 0
    """Earlier calls of theirs within the last 24 hours."""
    source: str = ""
    """Which adapter knew them: `store`, `csv`, `rest`, `sql`."""
    error: str = ""
    """Why the profile could not be looked up; empty where it could."""

    @property
    def known(self) -> bool:
        """There is a profile."""
        return bool(self.id)

    @property
    def key(self) -> str:
        """Under which tags are kept: the id, or the number of one who is not known yet."""
        return self.id or self.number

    @property
    def version(self) -> str:
        """Changes with the profile: twelve hexadecimal digits; empty where there is none."""
        if not self.known:
            return ""
        parts = (self.id, self.name, self.language, self.vip, self.tags, self.notes)
        text = json.dumps([*parts, dict(self.attributes), self.agent], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Past:
    """What calls of some numbers tell."""

    last_agent: str = ""
    last_intent: str = ""
    calls_24h: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a caller besides the profile."""

    tags: tuple[str, ...] = ()
    past: Past = field(default_factory=Past)


NOBODY = Customer()
_TEXTS = ("id", "number", "name", "language", "notes", "agent", "last_agent", "last_intent")


def customer_json(customer: Customer) -> dict[str, Any]:
    """As JSON: all but where it came from, and why not."""
    return {
        **{name: getattr(customer, name) for name in _TEXTS},
        "numbers": list(customer.numbers),
        "vip": customer.vip,
        "tags": list(customer.tags),
        "attributes": dict(customer.attributes),
        "calls_24h": customer.calls_24h,
    }


def customer_from_json(value: Mapping[str, Any]) -> Customer:
    """The inverse, forgiving: what is missing is empty."""
    attributes, calls = value.get("attributes"), value.get("calls_24h")
    return Customer(
        **{name: str(value.get(name) or "") for name in _TEXTS},
        numbers=tuple(map(str, value.get("numbers") or ())),
        vip=bool(value.get("vip")),
        tags=tuple(map(str, value.get("tags") or ())),
        attributes=dict(attributes) if isinstance(attributes, Mapping) else {},
        calls_24h=calls if isinstance(calls, int) else 0,
    )


class Customers(Protocol):
    """Where callers are looked up."""

    async def find(self, *, number: str = "", id: str = "") -> Customer:
        """By the number as the network gives it, or by an id. One who is not known comes back
        without an id, with tags and history of the number; so does one whose profile could not be
        looked up, with `error`. Raises `EngineError` where nothing can be told."""
        ...
