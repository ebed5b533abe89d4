"""Templates, values and keys."""

from __future__ import annotations

import datetime

import pytest

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.keyed import key_spec, read_keys
from voicebot.flow.slot import Slot
from voicebot.flow.templates import Mark, TemplateError, fill, parse_template
from voicebot.flow.values import into, plain, spoken, written


def test_a_template_is_text_and_marks() -> None:
    assert parse_template("Pay {amount} to {a.b:date}, {{ok}}") == (
        "Pay ",
        Mark("amount", None, 4),
        " to ",
        Mark("a.b", SlotType.DATE, 16),
        ", {ok}",
    )


@pytest.mark.parametrize(
    ("text", "offset"), [("a {", 2), ("a }", 2), ("{}", 0), ("x {a:cat}", 2), ("{a b}", 0)]
)
def test_a_bad_template_says_where(text: str, offset: int) -> None:
    with pytest.raises(TemplateError) as raised:
        parse_template(text)
    assert raised.value.offset == offset


def test_filling_a_template() -> None:
    assert fill("/a/{b}/{{c}}", lambda mark: mark.name.upper()) == "/a/B/{c}"


@pytest.mark.parametrize(
    ("value", "in_expressions", "as_text"),
    [
        (SlotValue(SlotType.MONEY, "12.50 USD"), 12.5, "12.50 USD"),
        (SlotValue(SlotType.NUMBER, "-3"), -3, "-3"),
        (SlotValue(SlotType.YES_NO, "yes"), True, "yes"),
        (SlotValue(SlotType.DIGITS, "0123"), "0123", "0123"),
        (SlotValue(SlotType.DURATION, "90"), 90, "90"),
        (None, None, ""),
        (True, True, "yes"),
        ({"a": 1}, {"a": 1}, "{'a': 1}"),
    ],
)
def test_values_as_expressions_and_texts_have_them(
    value: object, in_expressions: object, as_text: str
) -> None:
    assert plain(value) == in_expressions  # type: ignore[arg-type]
    assert written(value) == as_text  # type: ignore[arg-type]


def test_values_as_prompts_have_them() -> None:
    assert spoken(1520.75, SlotType.MONEY, "USD") == SlotValue(SlotType.MONEY, "1520.75 USD")
    assert spoken("5 EUR", SlotType.MONEY, "USD") == SlotValue(SlotType.MONEY, "5.00 EUR")
    assert spoken("much", SlotType.MONEY, "USD") == "much"
    assert spoken("0123", SlotType.DIGITS, "USD") == SlotValue(SlotType.DIGITS, "0123")
    assert spoken(3, None, "USD") == SlotValue(SlotType.NUMBER, "3")
    assert spoken("text", None, "USD") == SlotValue(SlotType.TEXT, "text")
    assert spoken(None, SlotType.DATE, "USD") == ""


def test_following_keys_into_json() -> None:
    assert into({"a": {"b": 1}}, ["a", "b"]) == 1
    assert into({"a": 1}, ["a", "b"]) is None
    assert into("text", ["a"]) is None


TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("slot", "keys", "value"),
    [
        (Slot(type=SlotType.DIGITS, length=4), "0123", "0123"),
        (Slot(type=SlotType.DIGITS, length=4), "012", None),
        (Slot(type=SlotType.MONEY), "050", "50.00 USD"),
        (Slot(type=SlotType.MONEY, currency="EUR"), "5", "5.00 EUR"),
        (Slot(type=SlotType.NUMBER), "007", "7"),
        (Slot(type=SlotType.YES_NO), "1", "yes"),
        (Slot(type=SlotType.YES_NO), "2", "no"),
        (Slot(type=SlotType.YES_NO), "3", None),
        (Slot(type=SlotType.DATE), "20270228", "2027-02-28"),
        (Slot(type=SlotType.DATE), "20270230", None),
        (Slot(type=SlotType.DATE), "1122", "2026-11-22"),
        (Slot(type=SlotType.DATE), "1121", "2027-11-21"),
        (Slot(type=SlotType.DATE), "112", None),
        (Slot(type=SlotType.TIME), "930", "09:30"),
        (Slot(type=SlotType.TIME), "1745", "17:45"),
        (Slot(type=SlotType.TIME), "2460", None),
        (Slot(type=SlotType.TEXT), "1", None),
    ],
)
def test_typed_values_by_keys(slot: Slot, keys: str, value: str | None) -> None:
    found = read_keys(slot, keys, currency="USD", today=TODAY)
    assert (found.value if found else None) == value


def test_a_day_that_next_year_does_not_have() -> None:
    leap = datetime.date(2028, 3, 1)
    assert read_keys(Slot(type=SlotType.DATE), "0229", currency="USD", today=leap) is None


def test_slots_that_only_speech_can_fill_take_no_keys() -> None:
    assert key_spec(Slot(type=SlotType.TEXT)) is None
    assert key_spec(Slot(type=SlotType.DATETIME)) is None
    digits = key_spec(Slot(type=SlotType.DIGITS, length=6))
    assert digits is not None
    assert (digits.min_digits, digits.max_digits) == (6, 6)
