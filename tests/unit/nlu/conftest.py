"""What the tests of understanding share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from voicebot.core.meaning import Choice, Expectation, Interpretation, SlotSpec, SlotType
from voicebot.core.phrases import parse_phrase
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu import PhraseUnderstanding
from voicebot.nlu.slots import READERS
from voicebot.nlu.slots.reading import Scene
from voicebot.nlu.text import read

NOW = datetime(2026, 11, 18, 10, 0)
"""A Wednesday."""

ValueOf = Callable[..., str | None]
Understand = Callable[..., Interpretation]
MakeChoice = Callable[..., Choice]


@pytest.fixture(scope="session")
def value_of() -> ValueOf:
    """The value that takes up the whole of a text; None where none does."""

    def read_whole(
        kind: SlotType, text: str, *, now: datetime = NOW, currency: str = "USD", most: int = 20
    ) -> str | None:
        words = read(text).words
        spec = SlotSpec("slot", kind, currency=currency, max_length=most)
        language = "zh" if any("\u4e00" <= word <= "\u9fff" for word in words) else "en"
        for reading in READERS[kind](words, 0, spec, Scene(language, now)):
            if reading.end == len(words):
                return reading.value
        return None

    return read_whole


@pytest.fixture(scope="session")
def understand() -> Understand:
    """Interpret one text, or several readings as (text, confidence), on Wednesday 18 November."""
    understanding = PhraseUnderstanding(now=lambda: NOW)

    def interpret(
        heard: str | tuple[tuple[str, float], ...],
        expectation: Expectation,
        *,
        confidence: float = 1.0,
        final: bool = True,
    ) -> Interpretation:
        readings = ((heard, confidence),) if isinstance(heard, str) else heard
        hypotheses = tuple(Hypothesis(text, sure) for text, sure in readings)
        return understanding.understand(Transcript(hypotheses, final), expectation)

    return interpret


@pytest.fixture(scope="session")
def choice() -> MakeChoice:
    """A choice from its name and patterns."""

    def make(name: str, *patterns: str) -> Choice:
        return Choice(name, tuple(parse_phrase(pattern) for pattern in patterns))

    return make
