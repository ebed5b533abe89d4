"""A call as the rules look at it: its facts, what its nodes expected, what its sound was like."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.finding import Evidence, Finding
from voicebot.diagnosis.sound import Sound


@dataclass(frozen=True, slots=True)
class Expected:
    """What a node listened for."""

    phrases: tuple[str, ...] = ()
    """Sentences that it knew; some of them, where there are very many."""
    accept: float = 0.6
    """Confidence from which a meaning was taken as it was."""
    confirm: float = 0.35
    """Below it nothing was understood."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something counts as wrong."""

    dead_air_ms: int = 4_000
    """So long nothing was to be heard when it was the bot's turn."""
    slow_ms: int = 2_000
    """An answer of a back end that took longer was slow."""
    lost_percent: float = 1.0
    """Of packets: lost or late. From 3 % on words are lost."""
    jitter_ms: int = 60
    overlap_ms: int = 700
    """So long bot and caller may talk at once before one talks over the other."""
    went_on_ms: int = 900
    """Speech that begins so soon after an utterance ended belonged to it."""
    circles: int = 3
    """So often the same question may be asked without an answer."""


@dataclass(frozen=True)
class Case:
    """One call."""

    facts: Sequence[Fact]
    """In order."""
    expected: Mapping[str, Expected] = field(default_factory=dict)
    """By node, as the journal names it; empty where the flow is not known any more."""
    sound: Sound | None = None
    """The recording's; None where there is none."""
    limits: Limits = Limits()

    def of(self, *kinds: FactKind) -> Iterator[Fact]:
        """The facts of some kinds, in order."""
        return (fact for fact in self.facts if fact.kind in kinds)

    def at(self, node: str) -> Expected:
        """What it expected; the usual levels where that is not known."""
        return self.expected.get(node, Expected())

    def node(self, fact: Fact) -> str:
        """Where the flow was at a fact."""
        if fact.data.get("node"):
            return str(fact.data["node"])
        place = bisect_right(self._moved, fact.seq)
        return self._nodes[place - 1] if place else ""

    def after(self, fact: Fact, *kinds: FactKind) -> Fact | None:
        """The next fact of some kinds."""
        return next((f for f in self.facts if f.seq > fact.seq and f.kind in kinds), None)

    def before(self, fact: Fact, *kinds: FactKind) -> Fact | None:
        """The last fact of some kinds before it."""
        earlier = (f for f in reversed(self.facts) if f.seq < fact.seq)
        return next((f for f in earlier if f.kind in kinds), None)

    def finding(
        self,
        rule: str,
        fact: Fact,
        severity: Severity,
        message: str,
        remedy: str,
        *evidence: Evidence,
        at_ms: int | None = None,
    ) -> Finding:
        """A finding at a fact."""
        when_ms = fact.at_ms if at_ms is None else at_ms
        return Finding(rule, when_ms, self.node(fact), severity, message, remedy, evidence)

    @cached_property
    def _moves(self) -> list[Fact]:
        return list(self.of(FactKind.MOVED))

    @cached_property
    def _moved(self) -> list[int]:
        return [fact.seq for fact in self._moves]

    @cached_property
    def _nodes(self) -> list[str]:
        return [str(fact.data.get("node", "")) for fact in self._moves]


def number(data: Mapping[str, Any], name: str) -> float:
    """A value of a fact; 0 where there is none."""
    value = data.get(name)
    return value if isinstance(value, int | float) else 0


def seconds(ms: float) -> str:
    """As people read it."""
    return f"{ms / 1000:.1f} s"
