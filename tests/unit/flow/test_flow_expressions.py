"""Expressions: what they give, what they refuse, and that they never do anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.flow.expression_types import BOOLEAN, NUMBER, TEXT, mismatches
from voicebot.flow.expressions import (
    EvaluationError,
    ExpressionError,
    evaluate,
    names,
    parse,
)

VALUES: dict[str, Any] = {
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
    "text", ["name + 1", "1 / 0", "name > 1", "items < 1", "1 in 2", "-name", "yes + 1"]
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
        ("money > '5'", "> compares a number with text"),
        ("word == 5", "== compares text with a number"),
        ("flag == 'yes'", "== compares yes or no with text"),
        ("not (word * 2 > 1)", "* needs two numbers, not a number and text"),
        ("word + 1", "+ needs two numbers or two texts, not a number and text"),
        ("[-word]", "- needs a number, not text"),
        ("word in 5", "`in` needs a list or text on its right, not a number"),
    ],
)
def test_types_are_checked_before_any_call(text: str, message: str | None) -> None:
    types = {"money": NUMBER, "word": TEXT, "flag": BOOLEAN}
    found = list(mismatches(parse(text), types.get))
    assert found == ([message] if message else [])


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
    assert value is None or isinstance(value, bool | int | float | str | list)
