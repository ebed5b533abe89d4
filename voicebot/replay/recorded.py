"""A call as it was kept: its journal and its sound, and what is missing of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from voicebot.core.audio import Pcm
from voicebot.core.call import LegInfo
from voicebot.core.record import Fact, FactKind
from voicebot.store.labels import Label


@lru_cache(maxsize=256)
def _zone(name: str, rest: str) -> tzinfo:
    """By its name, or else by the offset at the end of a time of ISO 8601."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        offset = re.search(r"([+-])(\d\d):(\d\d)$", rest)
        if offset is None:
            return UTC
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-ahead if offset[1] == "-" else ahead)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the call, in ms."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class RecordedCall:
    """One call. Also a foreign recording, whose journal is empty."""

    name: str
    """The call's id, or the file's name."""
    facts: tuple[Fact, ...] = ()
    heard: Pcm | None = None
    """The caller's channel; None where there is no sound."""
    played: Pcm | None = None
    """The bot's channel; None where it is not known."""
    sound_start_ms: int = 0
    """Time of the call at the sound's first sample."""
    reference: str = ""
    """What the caller really said, where somebody wrote it down."""
    problems: tuple[str, ...] = ()
    """Why the sound could not be read."""
    stand_ins: frozenset[int] = frozenset()
    """Numbers of the `heard` facts in place of whose sound there is a tone."""
    labels: tuple[Label, ...] = ()
    """What people say that was really said and meant."""

    @property
    def is_foreign(self) -> bool:
        """There is no journal."""
        return not self.facts

    @property
    def tags(self) -> tuple[str, ...]:
        """As the flow set them."""
        return tuple(str(fact.data["tag"]) for fact in self.of(FactKind.TAGGED))

    @property
    def outcome(self) -> str:
        """How it ended; empty where that is not known."""
        return str(self.value(FactKind.ENDED, "outcome", ""))

    def of(self, *kinds: FactKind) -> Iterator[Fact]:
        """The facts of some kinds, in order."""
        if len(kinds) == 1:
            return iter(self._by_kind.get(kinds[0], ()))
        if not any(kind in self._by_kind for kind in kinds):
            return iter(())
        return (fact for fact in self.facts if fact.kind in kinds)

    def first(self, kind: FactKind) -> Fact | None:
        """The first fact of a kind."""
        found = self._by_kind.get(kind)
        return found[0] if found else None

    @cached_property
    def _by_kind(self) -> dict[FactKind, list[Fact]]:
        found: dict[FactKind, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.kind, []).append(fact)
        return found

    def value(self, kind: FactKind, key: str, otherwise: Any = None) -> Any:
        """A value of the first fact of a kind."""
        fact = self.first(kind)
        return otherwise if fact is None else fact.data.get(key, otherwise)

    @cached_property
    def info(self) -> LegInfo:
        """What the INVITE said."""
        rang = self.first(FactKind.RANG)
        data = rang.data if rang else {}
        names = ("caller", "caller_name", "called", "source", "trunk", "diversion", "user_to_user")
        values = {name: str(data.get(name) or "") for name in (*names, "sip_call_id")}
        return LegInfo(**values)

    @property
    def flow(self) -> str:
        """Name of the flow that served; empty where none did."""
        return str(self.value(FactKind.ANSWERED, "flow", ""))

    @property
    def rate(self) -> int:
        """Of the call, in Hz."""
        known = self.heard.rate if self.heard is not None else 8_000
        return int(self.value(FactKind.ANSWERED, "rate", known))

    @property
    def ended_ms(self) -> int:
        """Time of the last fact, or the length of the sound."""
        if self.facts:
            return self.facts[-1].at_ms
        return round(self.heard.duration_ms) if self.heard is not None else 0

    @property
    def ended_by(self) -> str:
        """As the journal has it; the caller, where there is none."""
        return str(self.value(FactKind.ENDED, "by", "caller"))

    @cached_property
    def clock(self) -> datetime:
        """The time by which the flow went, with its zone."""
        text = self.value(FactKind.ANSWERED, "clock")
        if text:
            return datetime.fromisoformat(text).astimezone(self.zone)
        first = self.facts[0].time if self.facts else datetime(2026, 1, 5, 10, tzinfo=UTC)
        return first.astimezone(self.zone)

    @cached_property
    def zone(self) -> tzinfo:
        """Where the hotline was."""
        text = str(self.value(FactKind.ANSWERED, "clock", ""))
        return _zone(str(self.value(FactKind.ANSWERED, "zone", "")), text[19:])

    def secrets(self) -> tuple[Span, ...]:
        """When nothing was recorded."""
        spans: list[Span] = []
        since: int | None = None
        for fact in self.of(FactKind.RECORDING):
            paused = bool(fact.data.get("paused"))
            if paused and since is None:
                since = fact.at_ms
            elif not paused and since is not None:
                spans.append(Span(since, fact.at_ms))
                since = None
        if since is not None:
            spans.append(Span(since, self.ended_ms))
        return tuple(spans)
