"""Callers who were cut off, and have their place and their dialogue again when they ring anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from voicebot.core.call import CallId


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is kept for a caller."""

    call: CallId = CallId("")  # noqa: RUF009 - a constant
    """The call that broke off; empty where none did."""
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Where its dialogue stood (`flow.resuming`)."""
    joined_ms: Mapping[str, int] = field(default_factory=dict)
    """When the caller joined the queues in which a place is kept, by the queues' time."""


class Resuming(Protocol):
    """Where that is kept."""

    def may_find(self, number: str) -> bool:
        """False where surely nothing is kept for a caller: then nobody need be asked."""
        ...

    async def find(self, number: str) -> Unfinished:
        """By the caller's number; nothing where the store is away."""
        ...

    def keep(self, call: CallId, number: str, record: Mapping[str, Any]) -> None:
        """After every turn; returns at once. The latest one counts."""
        ...

    def forget(self, call: CallId) -> None:
        """The call ended in order; returns at once."""
        ...
