"""Expressions: what they give, what they refuse, and that they never do anything else."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.flow.expression_types import CLOCK_TYPES, mismatches
from voicebot.flow.expressions import (
    EvaluationError,
    ExpressionError,
    evaluate,
    names,
    parse,
)
from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.expressions.functions.function import BOOLEAN, DATE, NUMBER, TEXT, TIME

VALUES: dict[str, Any] = {
    "day": datetime.date(2026, 11, 24),
    "clock": datetime.time(16, 30),
    "now": datetime.datetime(2026, 11, 22, 9, 5),
    "today": datetime.date(2026, 11, 22),
    "balance": 20.5,
    "amount": 7,
    "name": "Ann",
    "yes": True,
    "items": ["a", "b"],
    "body.balance": 3,
}


def value_of(text: str) -> Any:
    return evaluate(parse(text), VALUES.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 - 3 - 4", -5),
        ("8 / 2 / 2", 2),
        ("-amount + 10", 3),
        ("- 2 * 3", -6),
        ("balance >= amount and not (amount > 100)", True),
        ("not yes or yes", True),
        ("not (yes or yes)", False),
        ("true or missing / 0 > 1", True),
        ("name == 'Ann'", True),
        ('name + "a" == "Anna"', True),
        ('"a" in items', True),
        ('name in ["Bob", "Ann"]', True),
        ('"n" in name', True),
        ("missing == null", True),
        ("name != null", True),
        ("missing < 3", False),
        ("missing > 3", False),
        ("missing in items", False),
        ("body.balance == 3", True),
        ("defined(missing)", False),
        ("len(name) + len(items) + len(missing)", 5),
        ("default(missing, 2) + 1", 3),
        ('number("12") + 1', 13),
        ("number(name)", None),
        ('last("123456", 4)', "3456"),
        ("yes == 1", False),
        ("[]", []),
        ('"and"', "and"),
        ("day - today == days(2)", True),
        ("in_days(day - today)", 2),
        ("day < today + days(3) and day > '2026-11-23'", True),
        ("day in ['2026-11-24', '2026-12-24']", True),
        ("weekday(day)", "tuesday"),
        ("text(today + days(30))", "2026-12-22"),
        ("clock + hours(8) == time('00:30')", True),
        ("clock - time('15:00') == minutes(90)", True),
        ("clock < '17:00' and clock >= '16:30'", True),
        ("in_hours(datetime(day, clock) - now)", 55 + 25 / 60),
        ("datetime(now) - hours(1) < now", True),
        ("-days(1) + days(1) == seconds(0)", True),
        ("days(3) / days(2)", 1.5),
        ("2 * hours(12) == days(1)", True),
        ("year(day) * 100 + month(day) + day(now)", 202633),
        ("hour(clock) * 100 + minute(clock)", 1630),
        ("years_between('2008-11-23', today)", 17),
        ("years_between('2008-11-22', today)", 18),
        ("date('nonsense')", None),
        ("date(missing)", None),
        ("time('9')", None),
        ("lower(name) + upper(name) + trim('  a ')", "annANNa"),
        ("contains('+49 30 1234', '30') and contains(items, 'a')", True),
        ("starts_with('+49301', '+49') and ends_with(name, 'NN')", True),
        ("matches('AB-123', '@@-###')", True),
        ("matches('AB-12', '@@-###')", False),
        ("matches('abcabc', 'a*c')", True),
        ("matches('', '*') and not matches('', '?')", True),
        ("digits_of('+49 (30) 12-34')", "49301234"),
        ("first('123456', 2) + last('123456', 0)", "12"),
        ("luhn('4111 1111 1111 1111')", True),
        ("luhn('4111 1111 1111 1112')", False),
        ("round(2.345, 1) + round(2.6)", 5.3),
        ("min(3, 1, 2) + max([4, missing, 6]) + sum(1, 2) + abs(-3)", 13),
        ("max(today, day) == day", True),
        ("min([])", None),
        ("count(items) + count(missing)", 2),
        ("if(amount > 5, 'much', 1 / 0)", "much"),
        ("default(name, 1 / 0)", "Ann"),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("1 +", 0),
        ("1 2", 2),
        ("(1", 0),
        ("a ==", 0),
        ("a = 1", 2),
        ("open(1)", 0),
        ("len()", 0),
        ("len(1, 2)", 0),
        ("and 1", 0),
        ("a.__class__.", 11),
        ("'a", 0),
        ("a; b", 1),
        ("(" * 200 + "1" + ")" * 200, 50),
    ],
)
def test_what_cannot_be_read_says_where(text: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert raised.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        *("name + 1", "1 / 0", "name > 1", "items < 1", "1 in 2", "-name", "yes + 1"),
        *("day + 1", "day + hours(1)", "day < clock", "day < now", "1 - day", "days(name)"),
        *("weekday(name)", "weekday(clock)", "min(name, 1)", "sum(name)", "hour(day)", "len(1)"),
        *("days(100000000000)", "today + days(9999999)", "round(name)"),
    ],
)
def test_what_has_no_value_raises_without_naming_the_values(text: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        value_of(text)
    assert "Ann" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("money > 5 and word == 'a' and flag == true", None),
        ("any + 1 > money - any", None),
        ("word + 'a' in ['b'] or len(word) < 3", None),
        ("money == null", None),
        ("day < today + days(3) and day - today > days(1)", None),
        ("day == '2026-12-24' or day in ['2026-12-25']", None),
        ("datetime(day, clock) > now", None),
        ("clock + minutes(30) < '17:00'", None),
        ("default(any, 0) + 1 > 2", None),
        ("if(flag, money, 1) * 2 > 3", None),
        ("money ▸> '5'", "> compares a number with text"),
        ("word ▸== 5", "== compares text with a number"),
        ("flag ▸== 'yes'", "== compares yes or no with text"),
        ("not (word ▸* 2 > 1)", "* needs two numbers, or a duration and a number"),
        ("word ▸+ 1", "+ needs two numbers, two texts, or a date"),
        ("[▸-word]", "- needs a number or a duration, not text"),
        ("word ▸in 5", "`in` needs a list or text on its right, not a number"),
        ("day ▸== 'tomorrow'", "== compares a date with text"),
        ("day ▸+ 3 > today", "+ needs two numbers, two texts, or a date"),
        ("day ▸> clock", "> compares a date with a time"),
        ("1 + ▸days(word) == 2", "days() takes a number, not text"),
        ("▸date('24.12.2026') < today", 'date() cannot read this; write it as "2026-11-24"'),
        ("▸weekday(clock) == 'monday'", "weekday() takes a date or a date and time, not a time"),
    ],
)
def test_types_are_checked_before_any_call_at_their_place(text: str, message: str | None) -> None:
    types = {"money": NUMBER, "word": TEXT, "flag": BOOLEAN, "day": DATE, "clock": TIME}
    types |= CLOCK_TYPES
    found = list(mismatches(parse(text.replace("▸", "")), types.get))
    if message is None:
        assert found == []
    else:
        assert found[0].message.startswith(message)
        assert found[0].offset == text.index("▸")


def test_names_are_found_with_their_places() -> None:
    found = [(name.path, name.offset) for name in names(parse("len(a) + [b.c, 1] == -d"))]
    assert found == [("a", 4), ("b.c", 10), ("d", 22)]


PIECES = [
    "1",
    "2.5",
    "'x'",
    "name",
    "missing",
    "items",
    "+",
    "-",
    "*",
    "/",
    "==",
    "<",
    "in",
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    ",",
    "len(",
    "last(",
    "days(",
    "date(",
    "today",
    "clock",
    "min(",
    "if(",
    "true",
    "null",
]


@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=14,
    )
)
def test_any_text_is_read_and_has_a_value_or_fails_cleanly(words: list[str]) -> None:
    try:
        value = value_of(" ".join(words))
    except (ExpressionError, EvaluationError):
        return
    kinds = bool | int | float | str | list | datetime.date | datetime.time | datetime.timedelta
    assert value is None or isinstance(value, kinds)


VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.timedeltas(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(VALUE, min_size=1, max_size=3))
def test_no_function_raises_anything_else(name: str, values: list[Any]) -> None:
    function = FUNCTIONS[name]
    if not function.fits(len(values)):
        return
    arguments = [f"v{i}" for i in range(len(values))]
    known = dict(zip(arguments, values, strict=True))
    try:
        evaluate(parse(f"{name}({', '.join(arguments)})"), known.get)
    except EvaluationError:
        return


@given(st.text("ab#@?*1", max_size=12), st.text("ab1-", max_size=12))
def test_a_pattern_matches_as_its_regular_expression_does(pattern: str, text: str) -> None:
    classes = {"#": "[0-9]", "@": "[a-z]", "?": ".", "*": ".*"}
    wanted = "".join(classes.get(char) or re.escape(char) for char in pattern)
    expected = re.fullmatch(wanted, text, re.DOTALL) is not None
    assert FUNCTIONS["matches"].apply(text, pattern) is expected


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    text, pattern = "a" * 5_000, "*a" * 500 + "b"
    assert FUNCTIONS["matches"].apply(text, pattern) is False
