"""What tells speech that a grammar explains from speech that it does not.

PocketSphinx's own confidences are useless with grammars. What works is a second search over the
same sound, a loop of all phones, and these comparisons. Only acoustic scores count: what the
grammar's search pays for entering words and silences says nothing about the sound, and would
weigh most on short answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SILENT_PHONES = frozenset({"SIL", "+SPN+", "+NSN+"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A word or phone as a search placed it."""

    word: str
    start: int
    """First frame, of 10 ms."""
    end: int
    """Frame after the last."""
    score: int
    """Acoustic log-likelihood of all its frames, in PocketSphinx's unit: 0.1 nat."""

    @property
    def spoken(self) -> bool:
        """A word, not silence, noise or a mark."""
        return not self.word.startswith(("<", "(", "["))

    @property
    def voiced(self) -> bool:
        """A phone, not silence or noise."""
        return self.word not in _SILENT_PHONES

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reading compared with the phone loop."""

    ratio: float
    """(Grammar's log-likelihood - loop's) for each frame that the loop calls speech."""
    fit: float
    """The loop's log-likelihood for each frame of speech: low for what is no speech at all."""
    missed: float
    """Part of the loop's speech that lies outside the recognized words, 0 to 1."""
    slowest: float
    """Frames for each phone of the word that is drawn out most."""
    coverage: float
    """Time of the recognized words over the time that the loop calls speech."""


def compare(grammar: Sequence[Segment], loop: Sequence[Segment], phones: Sequence[int]) -> Evidence:
    """Weigh a reading with at least one word; `phones` has the length of each of its words."""
    words = [segment for segment in grammar if segment.spoken]
    speech = [segment for segment in loop if segment.voiced]
    frames = sum(segment.frames for segment in speech)
    lead = _score(grammar) - _score(loop)
    return Evidence(
        ratio=lead / max(1, frames),
        fit=_score(speech) / max(1, frames),
        missed=1 - _shared(words, speech) / max(1, frames),
        slowest=max(word.frames / max(1, n) for word, n in zip(words, phones, strict=True)),
        coverage=sum(word.frames for word in words) / max(1, frames),
    )


def _score(segments: Sequence[Segment]) -> int:
    return sum(segment.score for segment in segments)


def _shared(words: Sequence[Segment], speech: Sequence[Segment]) -> int:
    """Frames that both call speech."""
    said = {frame for word in words for frame in range(word.start, word.end)}
    return sum(frame in said for phone in speech for frame in range(phone.start, phone.end))
