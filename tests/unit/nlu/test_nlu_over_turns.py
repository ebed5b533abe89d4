"""Values that are completed and corrected over several turns, on Wednesday 18 November 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import Expectation, Match, SlotSpec, SlotType, SlotValue, Toward

DAY = SlotSpec("day", SlotType.DATE)
TIME = SlotSpec("time", SlotType.TIME)
WHEN = SlotSpec("when", SlotType.DATETIME)
ORDER = SlotSpec("order", SlotType.DIGITS, min_length=6, max_length=6)
PHONE = SlotSpec("phone", SlotType.PHONE)
CARD = SlotSpec("card", SlotType.CARD)
COUNT = SlotSpec("count", SlotType.NUMBER)
COST = SlotSpec("cost", SlotType.MONEY)
STAY = SlotSpec("stay", SlotType.DURATION)

TURNS: list[tuple[SlotSpec, str, list[tuple[str, str]]]] = [
    # A part first, the rest in the next turn.
    (WHEN, "en", [("friday", "2026-11-20…"), ("at three", "2026-11-20T15:00")]),
    (WHEN, "en", [("at three", "15:00…"), ("friday", "2026-11-20T15:00")]),
    (WHEN, "en", [("tomorrow evening", "2026-11-19…"), ("at eight", "2026-11-19T20:00")]),
    (WHEN, "zh", [("明天下午", "2026-11-19…"), ("三点", "2026-11-19T15:00")]),
    (DAY, "en", [("december", "2026-12…"), ("the third", "2026-12-03")]),
    (DAY, "en", [("december", "2026-12…"), ("twenty three", "2026-12-23")]),
    (DAY, "en", [("next week", "2026-W48…"), ("tuesday", "2026-11-24")]),
    (DAY, "zh", [("十二月", "2026-12…"), ("二十三号", "2026-12-23")]),
    (DAY, "zh", [("下周", "2026-W48…"), ("周三", "2026-11-25")]),
    (TIME, "en", [("in the evening", "evening…"), ("half past seven", "19:30")]),
    (TIME, "zh", [("下午", "afternoon…"), ("四点", "16:00")]),
    (ORDER, "en", [("nine oh four", "904…"), ("double two seven", "904227")]),
    (ORDER, "en", [("nine oh", "90…"), ("four two", "9042…"), ("two seven", "904227")]),
    (ORDER, "zh", [("九零四", "904…"), ("二二七", "904227")]),
    (
        PHONE,
        "en",
        [("four one five", "415…"), ("five five five two six seven one", "+14155552671")],
    ),
    (PHONE, "zh", [("幺三八零零", "13800…"), ("幺三八零零零", "+8613800138000")]),
    (CARD, "en", [("four two four two " * 2, "42424242…"), ("four two " * 4, "4242424242424242")]),
    (COST, "en", [("twelve dollars", "12.00 USD"), ("and fifty cents", "12.50 USD")]),
    (STAY, "en", [("an hour", "3600"), ("and a half", "5400")]),
    # Said whole once more.
    (ORDER, "en", [("nine oh four", "904…"), ("nine oh four two two seven", "904227")]),
    (WHEN, "en", [("friday", "2026-11-20…"), ("monday at noon", "2026-11-23T12:00")]),
    # Corrections.
    (
        DAY,
        "en",
        [("december the twenty second", "2026-12-22"), ("no the twenty third", "2026-12-23")],
    ),
    (DAY, "en", [("the twenty third", "2026-11-23"), ("of december", "2026-12-23")]),
    (DAY, "en", [("the twenty third", "2026-11-23"), ("no january", "2027-01-23")]),
    (DAY, "en", [("march third", "2027-03-03"), ("twenty twenty eight", "2028-03-03")]),
    (DAY, "en", [("next tuesday", "2026-11-24"), ("sorry friday", "2026-11-27")]),
    (DAY, "en", [("tuesday", "2026-11-24"), ("no friday", "2026-11-20")]),
    (DAY, "en", [("friday", "2026-11-20"), ("not friday saturday", "2026-11-21")]),
    (DAY, "zh", [("周五", "2026-11-20"), ("不对是后天", "2026-11-20")]),
    (DAY, "zh", [("下周二", "2026-11-24"), ("不是周二是周五", "2026-11-27")]),
    (DAY, "zh", [("十二月二十二号", "2026-12-22"), ("不对二十三号", "2026-12-23")]),
    (TIME, "en", [("three", "15:00"), ("in the morning", "03:00")]),
    (TIME, "en", [("nine in the evening", "21:00"), ("no eight", "20:00")]),
    (TIME, "zh", [("三点", "15:00"), ("不是三点是四点", "16:00")]),
    (TIME, "zh", [("晚上八点", "20:00"), ("不对九点", "21:00")]),
    (WHEN, "en", [("friday at three", "2026-11-20T15:00"), ("no four", "2026-11-20T16:00")]),
    (WHEN, "en", [("friday at three", "2026-11-20T15:00"), ("no saturday", "2026-11-21T15:00")]),
    (WHEN, "zh", [("明天下午三点", "2026-11-19T15:00"), ("不对是后天", "2026-11-20T15:00")]),
    (
        ORDER,
        "en",
        [("one two five four five six", "125456"), ("not five four three four", "123456")],
    ),
    (ORDER, "en", [("one two three four five six", "123456"), ("not three seven", "127456")]),
    (
        ORDER,
        "en",
        [("one two three four five six", "123456"), ("it ends in seven eight", "123478")],
    ),
    (ORDER, "zh", [("一二三四五六", "123456"), ("最后一位是七", "123457")]),
    (ORDER, "zh", [("一二三四五六", "123456"), ("不是三是七", "127456")]),
    (COUNT, "en", [("five", "5"), ("sorry i meant four", "4")]),
    (COUNT, "en", [("five", "5"), ("not five six", "6")]),
    (COUNT, "zh", [("五个", "5"), ("不对六个", "6")]),
    (COST, "en", [("twelve fifty", "12.50 USD"), ("no thirteen fifty", "13.50 USD")]),
]


@pytest.mark.parametrize(("spec", "language", "turns"), TURNS, ids=lambda value: str(value)[:60])
def test_turn_by_turn(understand, spec, language, turns):
    filled: dict[str, SlotValue] = {}
    for said, wanted in turns:
        found = understand(said, Expectation(language=language, slots=(spec,), filled=filled))
        value = f"{found.begun[spec.name].value}…" if spec.name in found.begun else ""
        value = found.slots[spec.name].value if spec.name in found.slots else value
        assert value == wanted, said
        filled = {**filled, **found.begun, **found.slots}


def test_what_is_begun_is_no_answer_yet(understand):
    found = understand("nine oh four", Expectation(slots=(ORDER,)))
    assert (found.match, dict(found.slots), found.complete) == (Match.NONE, {}, False)
    assert found.begun["order"].raw == "nine oh four"


def test_the_words_of_all_turns_are_kept(understand):
    begun = {"order": SlotValue(SlotType.DIGITS, "904", "nine oh four")}
    found = understand("double two seven", Expectation(slots=(ORDER,), filled=begun))
    assert found.slots["order"].raw == "nine oh four double two seven"
    assert found.complete


def test_half_a_moment_beside_another_value(understand):
    party = SlotSpec("party", SlotType.NUMBER)
    found = understand("a table for four on friday", Expectation(slots=(WHEN, party)))
    assert (found.match, found.slots["party"].value) == (Match.SLOTS, "4")
    assert found.begun["when"].value == "2026-11-20"
    assert not found.complete


GIVEN = {"arrival": SlotValue(SlotType.DATE, "2026-12-22", "december the twenty second")}
STAYING = Expectation(
    slots=(
        SlotSpec("arrival", SlotType.DATE, required=False),
        SlotSpec("departure", SlotType.DATE),
    ),
    filled=GIVEN,
)


def test_an_answer_is_of_the_slot_that_is_asked_for(understand):
    found = understand("the twenty eighth of december", STAYING)
    assert {n: v.value for n, v in found.slots.items()} == {"departure": "2026-12-28"}


def test_a_correction_is_of_the_slot_that_was_given(understand):
    found = understand("no the twenty third", STAYING)
    assert {n: v.value for n, v in found.slots.items()} == {"arrival": "2026-12-23"}


@pytest.mark.parametrize(
    ("language", "said", "asked", "found"),
    [
        ("en", "wednesday at three", TIME, {"day": "2026-11-25", "time": "15:00"}),
        ("zh", "周三下午三点", TIME, {"day": "2026-11-25", "time": "15:00"}),
        ("en", "half past two", TIME, {"time": "14:30"}),
        ("en", "twenty three", COUNT, {"count": "23"}),
    ],
)
def test_a_given_value_is_said_anew_beside_what_is_asked_for(
    understand, language, said, asked, found
):
    given = {"day": SlotValue(SlotType.DATE, "2026-11-27", "friday")}
    slots = (replace(DAY, required=False), asked)
    meant = understand(said, Expectation(language=language, slots=slots, filled=given))
    assert {name: value.value for name, value in meant.slots.items()} == found


def test_while_a_value_is_read_back_it_may_be_said_otherwise(understand):
    asked = Expectation(
        slots=(
            SlotSpec("answer", SlotType.YES_NO),
            SlotSpec("arrival", SlotType.DATE, required=False),
        ),
        filled=GIVEN,
    )
    found = understand("the twenty third", asked)
    assert found.slots["arrival"].value == "2026-12-23"


def test_what_was_given_is_not_kept(understand):
    """Nor does it count where expectations are compared: the same can be meant."""
    secret = {"card": SlotValue(SlotType.CARD, "42424242", "four two ...")}
    expectation = Expectation(slots=(CARD,), filled=secret)
    assert "4242" not in repr(expectation)
    assert expectation == Expectation(slots=(CARD,))


@given(st.text("0123456789", min_size=6, max_size=6), st.integers(2, 5))
def test_digits_may_be_cut_anywhere(understand, number, cut):
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    filled: dict[str, SlotValue] = {}
    for part in (number[:cut], number[cut:]):
        said = " ".join(names[int(digit)] for digit in part)
        found = understand(said, Expectation(slots=(ORDER,), filled=filled))
        filled = {**found.begun, **found.slots}
    assert found.slots["order"].value == number


@pytest.mark.parametrize(
    ("said", "toward", "value"),
    [
        ("may fifth", "past", "2026-05-05"),
        ("december fifth", "past", "2025-12-05"),
        ("december fifth", "future", "2026-12-05"),
        ("friday", "past", "2026-11-13"),
        ("the twentieth", "past", "2026-10-20"),
        ("五月五号", "past", "2026-05-05"),
        ("八四年五月五号", "past", "1984-05-05"),
        ("三零年五月五号", "past", "1930-05-05"),
        ("三零年五月五号", "future", "2030-05-05"),
    ],
)
def test_toward(understand, said, toward, value):
    language = "en" if said.isascii() else "zh"
    spec = SlotSpec("day", SlotType.DATE, toward=Toward(toward))
    assert understand(said, Expectation(language, slots=(spec,))).slots["day"].value == value


@pytest.mark.parametrize(
    ("said", "hours", "value"),
    [
        ("half past seven", None, "07:30"),
        ("half past seven", (660, 1320), "19:30"),
        ("twelve thirty", (660, 1320), "12:30"),
        ("seven a m", (660, 1320), "07:00"),
        ("seven", (1320, 480), "07:00"),
        ("七点半", (660, 1320), "19:30"),
        ("三点", (0, 360), "03:00"),
    ],
)
def test_hours(understand, said, hours, value):
    language = "en" if said.isascii() else "zh"
    spec = SlotSpec("time", SlotType.TIME, hours=hours)
    assert understand(said, Expectation(language, slots=(spec,))).slots["time"].value == value


@pytest.mark.parametrize(
    ("now", "said", "value"),
    [
        ("2026-03-29T01:30", "in two hours", "2026-03-29T04:30"),
        ("2026-03-29T01:30", "半小时后", "2026-03-29T03:00"),
        ("2026-03-28T12:00", "in one day", "2026-03-29T12:00"),
        ("2026-10-25T01:30", "in two hours", "2026-10-25T02:30"),
        ("2026-10-25T01:30", "four o'clock", "2026-10-25T16:00"),
        ("2026-10-24T23:30", "tomorrow at noon", "2026-10-25T12:00"),
    ],
)
def test_days_on_which_the_clocks_change(value_of, now, said, value):
    clock = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert value_of(SlotType.DATETIME, said, now=clock) == value


def test_several_in_one_sentence(understand):
    evening = SlotSpec("when", SlotType.DATETIME, hours=(1020, 1380))
    party = SlotSpec("party", SlotType.NUMBER)
    said = "a table for four on friday at half past seven"
    found = understand(said, Expectation(slots=(evening, party)))
    values = {n: v.value for n, v in found.slots.items()}
    assert values == {"when": "2026-11-20T19:30", "party": "4"}
    found = understand("明天下午三点两个人", Expectation("zh", slots=(evening, party)))
    values = {n: v.value for n, v in found.slots.items()}
    assert values == {"when": "2026-11-19T15:00", "party": "2"}
