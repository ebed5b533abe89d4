"""A stand-in for the place where calls that broke off are kept: one caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.resuming import Unfinished


@dataclass
class SimResuming:
    """Implements `core.resuming.Resuming`."""

    unfinished: Unfinished = field(default_factory=Unfinished)
    """Whoever calls."""
    kept: dict[CallId, Mapping[str, Any]] = field(default_factory=dict)
    """By call, the latest."""

    def may_find(self, number: str) -> bool:
        return True

    async def find(self, number: str) -> Unfinished:
        return self.unfinished

    def keep(self, call: CallId, number: str, record: Mapping[str, Any]) -> None:
        self.kept[call] = record

    def forget(self, call: CallId) -> None:
        self.kept.pop(call, None)
