"""Which calls: ids, files, folders, or a hotline's calls by a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.replay.sources import CallSource, sources_below
from voicebot.store.calls import CallStore
from voicebot.store.query import CallFilter, NotOneCall


class NotFound(Exception):
    """There is no such call; says what to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was found."""

    sources: tuple[CallSource, ...] = ()
    skipped: tuple[str, ...] = field(default=())
    """Calls that still run."""


def chosen(
    names: Sequence[str],
    wanted: CallFilter | None,
    store: CallStore | None,
    *,
    limit: int = 0,
    caller_channel: int = 0,
) -> Chosen:
    """The calls in the order in which they are named, or by time: of those that fit, the youngest
    `limit`; 0 for all. Raises `NotFound`."""
    found: list[CallSource] = []
    for name in names:
        found += _named(name, store, caller_channel)
    skipped: list[str] = []
    if wanted is not None and store is not None:
        for cdr in reversed(list(store.every(wanted, limit))):
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
    try:
        call = store.one(name)
    except NotOneCall as error:
        raise NotFound(f"{name} is no file, and {error}") from None
    return [CallSource(call, call)]
