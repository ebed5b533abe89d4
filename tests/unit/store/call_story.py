"""Journals of made-up calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Pen:
    """Makes the facts of one call, one after the other."""

    def __init__(self, call: str, started: datetime = NOON) -> None:
        self.call = CallId(call)
        self.started = started
        self.seq = 0

    def __call__(self, kind: str, at_ms: int = 0, **data: Any) -> Fact:
        time = self.started + timedelta(milliseconds=at_ms)
        fact = Fact(self.call, self.seq, at_ms, time, FactKind(kind), data)
        self.seq += 1
        return fact

    def begin(self, caller: str = "+4917055501", flow: str = "bank_en") -> list[Fact]:
        return [
            self("rang", caller=caller, called="hotline"),
            self("answered", flow=flow, flow_version="abc", language="en", rate=8000),
        ]

    def end(self, at_ms: int = 5000, outcome: str = "contained", by: str = "bot") -> Fact:
        return self("ended", at_ms, by=by, outcome=outcome, code=200, node="bye")
