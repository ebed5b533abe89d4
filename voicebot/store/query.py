"""What is asked of the calls."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from voicebot.core.call import CallId, Outcome
from voicebot.core.errors import CallError, WrongUse
from voicebot.core.record import Cdr


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls, youngest first. What is None or empty does not matter."""

    since: datetime | None = None
    """Begun then or later."""
    until: datetime | None = None
    """Begun before."""
    caller: str = ""
    outcome: Outcome | Literal["running"] | None = None
    flow: str = ""
    text: str = ""
    """Anywhere in what was said, heard or keyed; upper and lower case are the same (ASCII)."""
    callers: tuple[str, ...] = ()
    """Any of these numbers."""
    intent: str = ""
    """One of those that the caller chose."""
    tag: str = ""
    """One of the record's."""
    confidence: float | None = None
    """Something was heard with less than this."""
    limit: int = 50
    cursor: str = ""
    """`CallPage.cursor` of the page before."""


@dataclass(frozen=True, slots=True)
class CallPage:
    """Some calls."""

    calls: tuple[Cdr, ...]
    cursor: str = ""
    """For the next page; empty on the last."""


class NotOneCall(CallError, WrongUse):
    """No call's id begins so, or several do; says which."""

    def __init__(self, prefix: str, found: Sequence[str]) -> None:
        what = "several calls' ids begin" if found else "no call's id begins"
        listed = ", ".join(found) if found else "`voicebot calls list` lists them"
        super().__init__(f"{what} with {prefix!r}: {listed}")


def write_cursor(cdr: Cdr) -> str:
    """The place right after `cdr`."""
    place = json.dumps([cdr.started.isoformat(), cdr.call])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, CallId]:
    """The inverse. Raises `ValueError`."""
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        started, call = json.loads(place)
        when = datetime.fromisoformat(started)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("this cursor is not one that was given out") from None
    if when.tzinfo is None:
        raise ValueError("this cursor is not one that was given out")
    return when, CallId(str(call))
