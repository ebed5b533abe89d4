"""Slots that nodes ask for: alone, several at once, corrected, completed."""

from __future__ import annotations

import pytest

from voicebot.core.meaning import Expectation, Match, SlotSpec, SlotType

ACCOUNT = Expectation(slots=(SlotSpec("account", SlotType.DIGITS, min_length=4, max_length=8),))
PIN = Expectation(
    slots=(SlotSpec("pin", SlotType.DIGITS, min_length=4, max_length=4),), secret=True
)
VISIT = Expectation(slots=(SlotSpec("day", SlotType.DATE), SlotSpec("hour", SlotType.TIME)))
COUNT = Expectation(slots=(SlotSpec("count", SlotType.NUMBER),))
NAME = Expectation(slots=(SlotSpec("name", SlotType.TEXT),))


@pytest.mark.parametrize(
    ("text", "value", "complete"),
    [
        ("one two three four", "1234", False),
        ("my account number is one two three four", "1234", False),
        ("one two three four five six seven eight", "12345678", True),
        ("um it's 1234 5678, thanks", "12345678", True),
        ("double one double two double three double four", "11223344", True),
    ],
)
def test_digits(understand, text, value, complete):
    found = understand(text, ACCOUNT)
    assert found.match is Match.SLOTS
    assert found.slots["account"].value == value
    assert found.confidence >= 0.6
    assert found.complete is complete


def test_too_few_digits_are_nothing(understand):
    assert understand("one two three", ACCOUNT).match is Match.NONE


def test_too_many_digits_are_not_taken(understand):
    found = understand("one two three four five", PIN)
    assert found.match is Match.NONE or found.confidence < 0.6
    assert not found.complete


def test_a_pin_is_complete_with_its_last_digit(understand):
    assert not understand("four two one", PIN).complete
    assert understand("four two one seven", PIN).complete


def test_two_slots_at_once_in_either_order(understand):
    for text in ("tomorrow at half past three", "half past three tomorrow please"):
        found = understand(text, VISIT)
        assert {n: v.value for n, v in found.slots.items()} == {
            "day": "2026-11-19",
            "hour": "15:30",
        }
        assert found.complete
        assert found.slots["day"].raw == "tomorrow"


def test_one_of_two_slots_is_not_complete(understand):
    found = understand("next monday", VISIT)
    assert found.match is Match.SLOTS
    assert (found.slots.keys(), found.complete) == ({"day"}, False)


def test_optional_slots_may_be_missing(understand):
    visit = Expectation(
        slots=(SlotSpec("day", SlotType.DATE), SlotSpec("hour", SlotType.TIME, required=False))
    )
    assert understand("next monday", visit).complete


def test_chinese_slots_in_one_sentence(understand):
    visit = Expectation(language="zh", slots=VISIT.slots)
    found = understand("明天下午三点半吧", visit)
    assert {n: v.value for n, v in found.slots.items()} == {"day": "2026-11-19", "hour": "15:30"}
    assert found.slots["hour"].raw == "下午三点半"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("three, no, four", "4"),
        ("three no wait four", "4"),
        ("three sorry I mean five", "5"),
        ("two, no three, no four", "4"),
        ("twenty three no two", "2"),
        ("三个不对四个", "4"),
    ],
)
def test_corrections(understand, text, value):
    expectation = Expectation(language="zh", slots=COUNT.slots) if "个" in text else COUNT
    assert understand(text, expectation).slots["count"].value == value


def test_two_slots_of_one_type_are_filled_in_order(understand):
    order = Expectation(
        slots=(SlotSpec("adults", SlotType.NUMBER), SlotSpec("children", SlotType.NUMBER))
    )
    found = understand("two and three", order)
    assert [found.slots[name].value for name in ("adults", "children")] == ["2", "3"]


def test_a_date_in_other_talk_is_not_sure(understand):
    assert understand("what's the weather like tomorrow", VISIT).confidence < 0.6


def test_text_is_what_was_said(understand):
    found = understand("Anna Karenina", NAME)
    assert (found.slots["name"].value, found.complete) == ("Anna Karenina", False)


def test_a_command_beats_free_text(understand, choice):
    asked = Expectation(slots=NAME.slots, universals=(choice("operator", "operator"),))
    assert understand("operator please", asked).match is Match.UNIVERSAL


@pytest.fixture(scope="module")
def city(choice):
    options = (
        choice("london", "london", "the capital"),
        choice("new_york", "new york [city]"),
        choice("hong_kong", "hong kong"),
    )
    return Expectation(slots=(SlotSpec("city", SlotType.CHOICE, options=options),))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("london", "london"),
        ("to new york city please", "new_york"),
        ("the capital", "london"),
        ("hong kong", "hong_kong"),
    ],
)
def test_choice_slot(understand, city, text, value):
    found = understand(text, city)
    assert found.slots["city"].value == value
    assert found.confidence >= 0.6
    assert found.complete


def test_choice_slot_misspelled(understand, city):
    found = understand("new yorck", city)
    assert found.slots["city"].value == "new_york"
    assert not found.complete


def test_choice_slot_of_nothing(understand, city):
    assert understand("tell me a joke", city).match is Match.NONE


def test_choice_slot_within_a_pattern(understand, choice):
    options = (choice("london", "london"), choice("new_york", "new york"))
    travel = Expectation(
        choices=(choice("fly", "fly to {city} [on {day}]"), choice("train", "take the train")),
        slots=(
            SlotSpec("city", SlotType.CHOICE, options=options),
            SlotSpec("day", SlotType.DATE, required=False),
        ),
    )
    found = understand("i want to fly to new york on friday", travel)
    assert {n: v.value for n, v in found.slots.items()} == {
        "city": "new_york",
        "day": "2026-11-20",
    }
    assert not understand("fly to", travel).complete
