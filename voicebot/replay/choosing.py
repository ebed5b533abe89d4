"""Which calls: ids, files, folders, or a hotline's calls by a filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from voicebot.core.call import Outcome
from voicebot.core.record import Cdr, FactKind
from voicebot.replay.sources import CallSource, sources_below
from voicebot.store.calls import CallStore
from voicebot.store.query import CallFilter


class NotFound(Exception):
    """There is no such call; says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter over a hotline's calls. What is empty does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    flow: str = ""
    outcome: str = ""
    caller: str = ""
    text: str = ""
    tag: str = ""
    confidence: float | None = None
    """Something was heard with less than this."""
    limit: int = 0
    """At most so many, the youngest; 0 for all."""

    @property
    def is_anything(self) -> bool:
        """Something is asked for."""
        return self != Wanted()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was found."""

    sources: tuple[CallSource, ...] = ()
    skipped: tuple[str, ...] = field(default=())
    """Calls that still run."""


def chosen(
    names: Sequence[str], wanted: Wanted | None, store: CallStore | None, caller_channel: int = 0
) -> Chosen:
    """The calls in the order in which they are named, or by time. Raises `NotFound`."""
    found: list[CallSource] = []
    for name in names:
        found += _named(name, store, caller_channel)
    skipped: list[str] = []
    if wanted is not None and store is not None:
        for cdr in _filtered(store, wanted):
            if cdr.ended is None:
                skipped.append(cdr.call)
            else:
                found.append(CallSource(cdr.call, cdr.call))
    return Chosen(tuple(dict.fromkeys(found)), tuple(skipped))


def _named(name: str, store: CallStore | None, caller_channel: int) -> list[CallSource]:
    path = Path(name)
    if path.is_dir():
        found = list(sources_below(path, caller_channel))
        if not found:
            raise NotFound(f"there is no WAV file below {name}")
        return found
    if path.is_file():
        return [CallSource(path.name, "", path, caller_channel)]
    if store is None:
        raise NotFound(f"there is no file {name}, and no database to look for a call in")
    calls = store.find(name)
    if name in calls:
        return [CallSource(name, name)]
    if len(calls) != 1:
        what = "several calls' ids begin with" if calls else "there is no file, and no call's id"
        raise NotFound(f"{what} {name!r}" + ("" if calls else " begins with it"))
    return [CallSource(calls[0], calls[0])]


def _filtered(store: CallStore, wanted: Wanted) -> list[Cdr]:
    """Oldest first."""
    found: list[Cdr] = []
    for cdr in _pages(store, wanted):
        if _fits(store, cdr, wanted):
            found.append(cdr)
        if wanted.limit and len(found) >= wanted.limit:
            break
    return found[::-1]


def _pages(store: CallStore, wanted: Wanted) -> Iterator[Cdr]:
    query = CallFilter(
        since=wanted.since,
        until=wanted.until,
        caller=wanted.caller,
        outcome=Outcome(wanted.outcome) if wanted.outcome else None,
        flow=wanted.flow,
        text=wanted.text,
        limit=500,
    )
    while True:
        page = store.list(query)
        yield from page.calls
        if not page.cursor:
            return
        query = replace(query, cursor=page.cursor)


def _fits(store: CallStore, cdr: Cdr, wanted: Wanted) -> bool:
    if wanted.tag and wanted.tag not in cdr.tags:
        return False
    if wanted.confidence is None:
        return True
    heard = (fact for fact in store.facts(cdr.call) if fact.kind is FactKind.HEARD)
    return any(float(fact.data["confidence"]) < wanted.confidence for fact in heard)
