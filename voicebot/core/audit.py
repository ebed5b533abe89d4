"""Who did what to whom: the log that nobody can rewrite unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line."""

    id: int
    time: datetime
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


class Audit(Protocol):
    """Where such lines go."""

    async def note(
        self,
        by: str,
        door: str,
        action: str,
        target: str,
        *,
        detail: Mapping[str, str] | None = None,
        outcome: str = "done",
    ) -> None:
        """Add a line; returns when it lasts. Raises `EngineError`."""
        ...
