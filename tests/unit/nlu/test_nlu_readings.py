"""What a list of readings means: one speaks for itself, several share it out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import Expectation, Match, SlotSpec, SlotType
from voicebot.nlu.matching import Meaning
from voicebot.nlu.readings import candidates
from voicebot.nlu.text import read

Reading = tuple[str, float]


@pytest.fixture
def bank(choice):
    return Expectation(
        choices=(
            choice("lost_card", "[i] lost my card", "my card was stolen"),
            choice("transfer", "transfer money", "[i want to] send money"),
            choice("balance", "[what is] my balance"),
        )
    )


def beliefs(*readings: tuple[float, dict[str, float]]) -> dict[str, float]:
    """Confidence of each goal; a reading is its confidence and the quality of each goal in it."""
    given = [
        (read(str(at)), heard, [Meaning(Match.CHOICE, n, q) for n, q in qualities.items()])
        for at, (heard, qualities) in enumerate(readings)
    ]
    best: dict[str, float] = {}
    for found in candidates(given):
        best[found.meaning.name] = max(best.get(found.meaning.name, 0.0), found.confidence)
    return best


def test_a_right_second_reading_rescues_the_turn(understand, bank):
    alone = understand((("i crossed my cart", 0.6),), bank)
    both = understand((("i crossed my cart", 0.6), ("i lost my card", 0.55)), bank)
    assert alone.match is Match.NONE
    assert (both.choice, both.text) == ("lost_card", "i lost my card")
    assert both.confidence > 0.4


def test_two_weaker_readings_of_one_meaning_outvote_the_first(understand, bank):
    first, second, third = (
        ("transfer money", 0.6),
        ("i lost my card", 0.55),
        ("my card was stolen", 0.5),
    )
    assert understand((first, second), bank).choice == "transfer"
    assert understand((first, second, third), bank).choice == "lost_card"


def test_readings_that_agree_are_as_sure_as_the_best(understand, bank):
    alone = understand("i lost my card", bank, confidence=0.8)
    more = (("i lost my card", 0.8), ("lost my card", 0.7), ("i lost my cart", 0.6))
    together = understand(more, bank)
    assert together.confidence == pytest.approx(alone.confidence, abs=0.02)
    assert (together.choice, together.runner_up) == ("lost_card", "")


def test_close_readings_are_asked_about_rather_than_dropped(understand, bank):
    found = understand((("transfer money", 0.5), ("i lost my card", 0.49)), bank)
    assert {found.choice, found.runner_up} == {"transfer", "lost_card"}
    assert found.confidence == bank.confirm


def test_a_value_that_more_is_said_of_agrees_with_it(understand):
    when = Expectation(slots=(SlotSpec("date", SlotType.DATE), SlotSpec("time", SlotType.TIME)))
    alone = understand("on friday at three pm", when, confidence=0.9)
    both = understand((("on friday at three pm", 0.9), ("on friday", 0.7)), when)
    assert both.slots["time"].value == "15:00"
    assert both.confidence > 0.8 * alone.confidence


QUALITIES = st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), min_size=1)
SURE = st.floats(0, 1)


@given(SURE, QUALITIES)
def test_one_reading_speaks_for_itself(heard: float, qualities: dict[str, float]) -> None:
    found = beliefs((heard, qualities))
    assert found == pytest.approx({name: heard * q for name, q in qualities.items()})


@given(SURE, QUALITIES, st.integers(2, 5))
def test_the_same_reading_again_changes_nothing(
    heard: float, qualities: dict[str, float], times: int
) -> None:
    once, again = beliefs((heard, qualities)), beliefs(*[(heard, qualities)] * times)
    assert again == pytest.approx(once)


@given(st.lists(st.tuples(SURE, QUALITIES), min_size=1, max_size=5))
def test_no_meaning_is_surer_than_its_best_reading(
    readings: list[tuple[float, dict[str, float]]],
) -> None:
    for name, confidence in beliefs(*readings).items():
        most = max(heard * qualities.get(name, 0.0) for heard, qualities in readings)
        assert 0 <= confidence <= most + 1e-9
