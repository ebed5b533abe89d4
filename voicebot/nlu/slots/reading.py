"""What the slots' readers share: the reading, the scene, tables of worded values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar

from voicebot.core.meaning import SlotSpec, Toward
from voicebot.nlu.slots.calendar import Backward
from voicebot.nlu.text import words_of

T = TypeVar("T")

Words = Sequence[str]
"""Normalized tokens of an utterance."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a value may depend on besides its words."""

    language: str
    """BCP 47 primary tag."""
    now: datetime
    """The call's clock, in the call's zone; where it knows its zone, hours are reckoned right on
    days that the clocks change."""
    toward: Toward = Toward.FUTURE
    """Which day is meant where that is open."""
    hours: tuple[int, int] | None = None
    """Within which an open time is; see `SlotSpec.hours`."""

    def of(self, spec: SlotSpec) -> Scene:
        """As a slot has it."""
        if spec.toward is self.toward and spec.hours == self.hours:
            return self
        return replace(self, toward=spec.toward, hours=spec.hours)

    @property
    def today(self) -> date:
        """The call's day; of the kind that dates are sought from."""
        day = self.now.date()
        return Backward(*day.timetuple()[:3]) if self.toward is Toward.PAST else day

    @property
    def chinese(self) -> bool:
        """Chinese wording comes first."""
        return self.language == "zh"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value found at some token."""

    end: int
    """Past its last token."""
    value: str
    """Canonical text, as `core.meaning.SlotType` says."""
    quality: float = 1.0
    """1 for an unmistakable wording, less for one that may mean something else."""
    adds: bool = False
    """The value holds what was given before as well, not only these tokens."""


Reader = Callable[[Words, int, SlotSpec, Scene], list[Reading]]
"""Readings that begin at a token, the longest first; none where there is no value."""


class Lexicon(Generic[T]):
    """Wordings and what they stand for; the longest wording wins."""

    def __init__(self, entries: Mapping[str, T]) -> None:
        by_words = {words_of(wording): value for wording, value in entries.items()}
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for words in sorted(by_words, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append((words, by_words[words]))

    def at(self, words: Words, at: int) -> tuple[T, int] | None:
        """The value at token `at` and the token after it."""
        if at >= len(words):
            return None
        for wording, value in self._by_first.get(words[at], ()):
            end = at + len(wording)
            if tuple(words[at:end]) == wording:
                return value, end
        return None

    def skip(self, words: Words, at: int) -> int:
        """Past the wording at token `at`; `at` itself where there is none."""
        hit = self.at(words, at)
        return hit[1] if hit else at


def lexicon(wordings: str) -> Lexicon[bool]:
    """A set of wordings, written with `|` between them."""
    return Lexicon({wording.strip(): True for wording in wordings.split("|")})


def table(entries: str, first: int = 0) -> Lexicon[int]:
    """Wordings of counted values: `a b|c` gives a and b the value `first`, c the next one.

    Wordings of one value are parted by `,`.
    """
    return Lexicon(
        {
            wording.strip(): value
            for value, group in enumerate(entries.split("|"), start=first)
            for wording in group.split(",")
        }
    )


def word_at(words: Words, at: int) -> str:
    """The token at `at`, or the empty string past the end."""
    return words[at] if 0 <= at < len(words) else ""
