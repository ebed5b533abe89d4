"""How long a caller who is not understood yet is waited for: the question decides."""

from __future__ import annotations

import pytest

from voicebot.core.knowledge import KnowledgeScope
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType, Wordings
from voicebot.core.phrases import parse_phrase
from voicebot.core.turn import Timing
from voicebot.flow.one_phrase import MOST_OPTIONS, is_one_phrase, timed
from voicebot.flow.properties import TimingModel


def _choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{n}", (parse_phrase("billing"),)) for n in range(count))


def _asked(*types: SlotType, length: int = 20, options: int = 0) -> Expectation:
    names = (f"slot{n}" for n in range(len(types)))
    return Expectation(
        slots=tuple(
            SlotSpec(name, one, max_length=length, options=_choices(options))
            for name, one in zip(names, types, strict=True)
        )
    )


DAY = SlotSpec("day", SlotType.DATE, required=False)
MENU = Expectation(choices=_choices(4))
YES_NO = _asked(SlotType.YES_NO)
PIN = _asked(SlotType.DIGITS, length=4)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (YES_NO, True),
        (_asked(SlotType.DIGITS, length=1), True),
        (PIN, False),
        (_asked(SlotType.CHOICE, options=MOST_OPTIONS), True),
        (_asked(SlotType.CHOICE, options=MOST_OPTIONS + 1), False),
        (_asked(SlotType.YES_NO, SlotType.YES_NO), False),
        *((_asked(one), False) for one in SlotType if one not in ("yes_no", "choice", "digits")),
        (MENU, True),
        (Expectation(choices=_choices(2), slots=(DAY,)), False),
        (Expectation(choices=_choices(2), knowledge=KnowledgeScope(())), False),
        (Expectation(choices=_choices(2), wordings=Wordings("1", ("pay a bill",))), False),
        (Expectation(), False),
    ],
)  # fmt: skip
def test_the_question_decides(wanted: Expectation, expected: bool) -> None:
    assert is_one_phrase(wanted) is expected


def test_a_yes_that_may_be_a_correction_is_one_phrase() -> None:
    assert is_one_phrase(Expectation(slots=(*YES_NO.slots, DAY)))


def test_only_questions_of_one_phrase_are_waited_at_for_less() -> None:
    assert timed(Timing(), YES_NO).end_incomplete_ms == 600
    assert timed(Timing(), PIN).end_incomplete_ms == 1_000
    assert timed(Timing(), PIN, TimingModel(end_phrase="300ms")).end_incomplete_ms == 1_000


def test_it_never_makes_the_wait_longer() -> None:
    assert timed(Timing(end_incomplete_ms=500), YES_NO).end_incomplete_ms == 500


def test_a_node_that_says_how_long_is_heeded() -> None:
    node = TimingModel(end_incomplete="1500ms")
    assert timed(node.over(Timing()), YES_NO, node).end_incomplete_ms == 1_500
    both = TimingModel(end_incomplete="1500ms", end_phrase="800ms")
    assert timed(both.over(Timing()), YES_NO, both).end_incomplete_ms == 800
