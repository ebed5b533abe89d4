"""What came of replaying one call, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voicebot.replay.compare import Comparison
from voicebot.replay.labeled import Rightness
from voicebot.replay.measures import Measures
from voicebot.replay.parcel import packed
from voicebot.replay.turns import Turn
from voicebot.replay.words import WordErrors


class Status(StrEnum):
    """How then and now are to each other."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_REPLAYED = "not_replayed"
    """It could not be, or what differs cannot be told from what is missing."""
    HEARD = "heard"
    """A foreign recording: there is no then."""


@packed
@dataclass(frozen=True, slots=True)
class Change:
    """Something that the call was served with, and is not any more."""

    name: str
    then: Any
    now: Any


@packed
@dataclass(frozen=True, slots=True)
class CallResult:
    """One call."""

    name: str
    status: Status
    why: tuple[str, ...] = ()
    """Why it was not replayed, or what is missing."""
    assumed: tuple[str, ...] = ()
    flow: str = ""
    version_then: str = ""
    version_now: str = ""
    started: str = ""
    """ISO 8601; empty for a foreign recording."""
    duration_ms: int = 0
    tags: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    outcome_then: str = ""
    outcome_now: str = ""
    comparison: Comparison = field(default_factory=lambda: Comparison(()))
    words: WordErrors = field(default_factory=WordErrors)
    """Now against the reference: what was really said, else what was heard then."""
    words_then: WordErrors | None = None
    """Then against the reference; None where there is none."""
    intents: Rightness = field(default_factory=Rightness)
    """Against the intents that people say were meant."""
    slots: Rightness = field(default_factory=Rightness)
    """The same for values of slots."""
    measures_then: Measures | None = None
    measures_now: Measures = field(default_factory=Measures)

    @property
    def turns_then(self) -> list[Turn]:
        """In order."""
        return [pair.then for pair in self.comparison.pairs if pair.then is not None]

    @property
    def turns_now(self) -> list[Turn]:
        """In order."""
        return [pair.now for pair in self.comparison.pairs if pair.now is not None]

    def as_json(self) -> dict[str, Any]:
        """The same for the same input, byte by byte."""
        first = self.comparison.first
        return {
            "call": self.name,
            "status": self.status.value,
            "why": list(self.why),
            "assumed": list(self.assumed),
            "flow": self.flow,
            "flow_version": {"then": self.version_then, "now": self.version_now},
            "started": self.started,
            "duration_ms": self.duration_ms,
            "tags": list(self.tags),
            "changed": [{"name": c.name, "then": c.then, "now": c.now} for c in self.changes],
            "outcome": {"then": self.outcome_then, "now": self.outcome_now},
            "path": {"then": _path(self.turns_then), "now": _path(self.turns_now)},
            "first_difference": None if first is None else _difference(self.comparison, first),
            "words": _words(self),
            "labeled": {"intents": self.intents.as_json(), "slots": self.slots.as_json()},
            "measures": {
                "then": self.measures_then.as_json() if self.measures_then else None,
                "now": self.measures_now.as_json(),
            },
            "turns": [pair.as_json() for pair in self.comparison.pairs],
        }


def _difference(comparison: Comparison, first: int) -> dict[str, Any]:
    pair = comparison.pairs[first]
    turn = pair.then or pair.now
    return {
        "turn": first,
        "node": turn.asked_at if turn else "",
        "at_ms": turn.at_ms if turn else 0,
        "what": list(pair.major),
    }


def _path(turns: list[Turn]) -> list[str]:
    return [node for turn in turns for node in turn.path]


def _words(result: CallResult) -> Mapping[str, Any]:
    then = result.words_then
    return {
        "reference": "said" if then is not None else "then",
        "errors": result.words.errors,
        "words": result.words.words,
        "rate": result.words.rate,
        "rate_then": then.rate if then is not None else None,
    }
