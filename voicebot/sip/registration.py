"""Where a trunk's registration stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registration:
    """The last answer of a trunk's registrar."""

    trunk: str
    active: bool
    """True while calls to our number reach us by it."""
    code: int = 0
    """SIP status of the last answer; 0 before the first."""
    reason: str = ""
