"""One condition of a node's health."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """Met, or why not."""

    name: str
    ok: bool
    reason: str = ""
    """Why not; or, where it is `ok`, what is short."""
