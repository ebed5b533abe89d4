"""What is remembered is what would be made anew, whatever came before and by any clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import Choice, Expectation, Interpretation, SlotSpec, SlotType
from voicebot.core.phrases import parse_phrase
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu import PhraseUnderstanding
from voicebot.nlu.remembered import Read, Remembered
from voicebot.nlu.scope import Scope

NOW = datetime(2026, 11, 18, 10)
TEXTS = ("tomorrow", "in two hours", "at seven", "my balance", "one two three", "my card tomorrow")
Said = tuple[str, float, int]
"""A text, its confidence, and by which clock."""
PHRASES = {"card": "my card", "balance": "[my] balance"}
MENU = Expectation(choices=tuple(Choice(n, (parse_phrase(p),)) for n, p in PHRASES.items()))
DATE, DATETIME, DIGITS = (
    Expectation(slots=(SlotSpec("it", kind),))
    for kind in (SlotType.DATE, SlotType.DATETIME, SlotType.DIGITS)
)
NODES = (MENU, DATE, DATETIME, DIGITS)


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def meanings(
    said: Sequence[Said], where: Sequence[Expectation], remembered: Remembered | None
) -> list[Interpretation]:
    clock = _Clock()
    understanding = PhraseUnderstanding(now=clock, remembered=remembered)
    found = []
    for text, sure, number in said:
        clock.now = NOW + timedelta(hours=7 * number)
        transcript = Transcript((Hypothesis(text, sure),), final=True)
        found += [understanding.understand(transcript, node) for node in where]
    return found


@given(said=st.lists(st.tuples(st.sampled_from(TEXTS), st.floats(0.3, 1), st.integers(0, 4))))
def test_the_same_as_anew(said: list[Said]) -> None:
    anew = meanings(said, NODES, None)
    assert meanings(said, NODES, Remembered(1_000)) == anew
    assert meanings(said, NODES, Remembered(2)) == anew


class _Counting(Remembered):
    made = 0

    def get(self, scope: Scope, text: str, now: datetime, make: Callable[[], Read]) -> Read:
        def counted() -> Read:
            self.made += 1
            return make()

        return super().get(scope, text, now, counted)


def test_a_text_is_read_once_and_a_date_once_by_each_clock() -> None:
    remembered = _Counting(10)
    meanings([("my card", 0.9, 0), ("my card", 0.4, 3)], [MENU], remembered)
    assert remembered.made == 1
    meanings([("tomorrow", 0.9, 0), ("tomorrow", 0.9, 3)], [DATE], remembered)
    assert remembered.made == 3
