"""What was heard: voicing of a frame, words, transcripts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voicing:
    """A VAD's verdict on one frame."""

    voiced: bool
    """Speech of the caller, as far as the cheap detector can tell."""
    sure: bool
    """Speech by the second, dearer opinion too (the same as `voiced` where there is none)."""
    level_db: float
    """Level of the frame in dB relative to full scale; -100 for digital silence."""
    outburst: bool = False
    """It stands out from all that the line had just now: something has begun, speech or not."""
    restless: bool = False
    """Speech, or something that has begun, and the line was not quiet before it: it may be
    somebody else's."""
    louder: bool = False
    """Louder than the voices that never cease on such a line."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognized word; times count from the start of the utterance's audio."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of an utterance, lower-case words separated by one space."""

    text: str
    confidence: float
    """0 to 1, comparable within one engine."""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recognizer makes of an utterance, partial or final."""

    hypotheses: tuple[Hypothesis, ...]
    """Best first; empty when nothing that was expected was recognized."""
    final: bool
    language: str = "en"
    rejected: bool = False
    """True: speech was there, but not such as was expected (out of grammar)."""

    @property
    def text(self) -> str:
        """The best reading, or the empty string."""
        return self.hypotheses[0].text if self.hypotheses else ""

    @property
    def confidence(self) -> float:
        """Confidence of the best reading, 0 where there is none."""
        return self.hypotheses[0].confidence if self.hypotheses else 0.0
