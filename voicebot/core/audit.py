"""Who did what to whom: the log that nobody can rewrite unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did."""

    by: str
    """Who did it: an agent's or a token's name, `local`, or `system`."""
    door: str
    """By which way: `api`, `phone`, `cli`."""
    action: str
    """What was done, in words with dots: `agent.pause`."""
    target: str
    """To whom or what: an agent's name, a call's id."""
    detail: Mapping[str, str] = field(default_factory=dict)
    """More about it; never what callers said, keyed in or are called."""
    outcome: str = "done"
    """`done`, or why it was refused: `not-permitted`, `wrong-pin`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(Act):
    """One line of the log."""

    id: int
    time: datetime


class Audit(Protocol):
    """Where such lines go."""

    async def note(self, act: Act) -> None:
        """Add a line; returns when it lasts. Raises `EngineError`."""
        ...
