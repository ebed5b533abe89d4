from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from call_told import NOON, told

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind


@pytest.fixture
def story() -> list[Fact]:
    """A call in which everything happens."""
    return told()


@pytest.fixture
def fact() -> Callable[..., Fact]:
    """Makes one fact from kind, at_ms and its data."""

    def made(kind: str, at_ms: int = 0, call: str = "c1", **data: Any) -> Fact:
        time = NOON + timedelta(milliseconds=at_ms)
        return Fact(CallId(call), 0, at_ms, time, FactKind(kind), data)

    return made
