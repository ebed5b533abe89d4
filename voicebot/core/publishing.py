"""Published flows: versions that never change, and a log of which of them serves whom.

Which version is live, and which is tried out with a share of the callers, is a fold over the log:
nothing is ever changed or taken back, a later entry says otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LIVE_PERCENT = 100.0


class PublishingKind(StrEnum):
    """What an entry of the log was meant as."""

    PUBLISHED = "published"
    CANARY = "canary"
    """For a share of the callers; none ends it."""
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """One version of a flow, as it was published first."""

    flow: str
    version: str
    """SHA-256 of the file's content, hexadecimal."""
    file: str
    """Name of the file that it came from."""
    text: str
    """The file, comments and all, before `${env:...}` is filled in."""
    first_published: datetime


@dataclass(frozen=True, slots=True)
class Publishing:
    """An entry of the log."""

    id: int
    """Counts up over all flows."""
    flow: str
    version: str
    percent: float
    """Of the callers: 100 is live, less a canary, 0 the end of one."""
    kind: PublishingKind
    time: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What serves a flow's callers."""

    live: Publishing | None = None
    """None: nothing was ever published for all callers; the file serves."""
    canary: Publishing | None = None


def standing(log: Iterable[Publishing]) -> Standing:
    """The outcome of one flow's log, in its order."""
    now = Standing()
    for entry in log:
        if entry.percent >= LIVE_PERCENT:
            now = Standing(live=entry)
        elif entry.percent > 0:
            now = Standing(now.live, entry)
        else:
            now = Standing(now.live)
    return now


def share_of(caller: str, flow: str) -> float:
    """Where a caller stands among all, from 0 up to 100, the same at every call: below a canary's
    percentage they get it. Evenly spread; the number cannot be told from it."""
    digest = hashlib.sha256(f"canary\n{flow}\n{caller}".encode()).digest()
    return int.from_bytes(digest[:6], "big") * 100 / 2**48
