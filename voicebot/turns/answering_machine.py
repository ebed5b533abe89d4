"""Who answered a call of ours: a person says a word and waits, a machine talks on.

The classical rule, over runs of talk and silence at 20 ms a frame:

    nothing for `initial_silence_ms` ───────────────────────────▶ unsure
    a run of talk of `greeting_ms`, or more than `words` words ─▶ a machine
    silence of `after_greeting_ms` after the first word ────────▶ a person
    none of these within `total_ms` ────────────────────────────▶ a person

A call center's rule takes silence for a machine; here it is unsure, as a person who is asked a
question loses less than one who is hung up on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.audio import FRAME_MS


class Answerer(StrEnum):
    """Who it is."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


class Reason(StrEnum):
    """By which part of the rule."""

    SILENCE = "silence"
    LONG_GREETING = "long_greeting"
    WORDS = "words"
    SHORT_GREETING = "short_greeting"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found."""

    who: Answerer
    reason: Reason
    at_ms: int
    """Since the answer."""


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """The limits of the rule, as Asterisk's amd.conf ships them."""

    initial_silence_ms: int = 2_500
    greeting_ms: int = 1_500
    """A person's greeting is shorter."""
    after_greeting_ms: int = 800
    """A person waits so long for an answer."""
    total_ms: int = 5_000
    word_ms: int = 100
    """Shorter talk is noise."""
    gap_ms: int = 50
    """Shorter silence is within a word."""
    words: int = 2
    """A machine says more."""


class AnswerDetector:
    """Fed with every frame since the answer; decides once."""

    def __init__(self, settings: AnswerSettings | None = None) -> None:
        self._settings = settings or AnswerSettings()
        self.verdict: Verdict | None = None
        self._now_ms = 0
        self._talk_ms = 0
        """Of the run of talk, with the gaps within it; 0 while nobody talks."""
        self._gap_ms = 0
        """Since the last frame of talk."""
        self._silence_ms = 0
        """Since the last word; noise counts as silence."""
        self._words = 0
        self._in_word = False

    def feed(self, *, talks: bool) -> Verdict | None:
        """One frame; the verdict, once there is one."""
        if self.verdict is None:
            self._now_ms += FRAME_MS
            self._silence_ms += FRAME_MS
            found = self._talk() if talks else self._pause()
            if found is None and self._now_ms >= self._settings.total_ms:
                found = Answerer.PERSON, Reason.TIME
            if found is not None:
                self.verdict = Verdict(*found, self._now_ms)
        return self.verdict

    def _talk(self) -> tuple[Answerer, Reason] | None:
        limits = self._settings
        self._talk_ms += FRAME_MS + (self._gap_ms if self._talk_ms else 0)
        self._gap_ms = 0
        if self._talk_ms >= limits.word_ms:
            self._words += not self._in_word
            self._in_word, self._silence_ms = True, 0
        if self._talk_ms >= limits.greeting_ms:
            return Answerer.MACHINE, Reason.LONG_GREETING
        if self._words > limits.words:
            return Answerer.MACHINE, Reason.WORDS
        return None

    def _pause(self) -> tuple[Answerer, Reason] | None:
        limits = self._settings
        self._gap_ms += FRAME_MS
        if self._gap_ms >= limits.gap_ms:
            self._talk_ms, self._in_word = 0, False
        if self._words and self._silence_ms >= limits.after_greeting_ms:
            return Answerer.PERSON, Reason.SHORT_GREETING
        if not self._words and self._silence_ms >= limits.initial_silence_ms:
            return Answerer.UNSURE, Reason.SILENCE
        return None
