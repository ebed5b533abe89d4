"""Digit strings, however they are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.nlu.slots import digits
from voicebot.nlu.slots.reading import Scene
from voicebot.nlu.text import read

TABLE = [
    ("one oh four double five nine", "104559"),
    ("triple seven", "777"),
    ("treble two", "222"),
    ("double oh seven", "007"),
    ("1 0 4", "104"),
    ("104559", "104559"),
    ("555-1234", "5551234"),
    ("１０４", "104"),
    ("One, two, three.", "123"),
    ("zero nought o oh", "0000"),
    ("forty two seventeen", "4217"),
    ("twenty twenty six", "2026"),
    ("nineteen eighty four", "1984"),
    ("thirty five oh one", "3501"),
    ("five hundred", "500"),
    ("one hundred and five", "105"),
    ("eight hundred five five five", "800555"),
    ("two thousand", "2000"),
    ("one hundred two hundred", "100200"),
    ("one hundred five", "105"),
    ("two thousand and five", "2005"),
    ("one two um three", "123"),
    ("one two, then three four", "1234"),
    ("one two to four", "1224"),
    ("nine for two", "942"),
    ("quadruple one", "1111"),
    ("ten eleven twelve", "101112"),
    ("幺三八零零", "13800"),
    ("一三八", "138"),
    ("1 3 8", "138"),
    ("一二三四五六七八九零", "1234567890"),
    ("三个零", "000"),
    ("一三五三个八", "135888"),
    ("洞拐", "07"),
    ("一百二十三", "123"),
    ("五六嗯七", "567"),
    ("两幺", "21"),
    ("壹貳叁", "123"),
    ("二〇二六", "2026"),
]
NOT_DIGITS = ["", "hello", "double trouble", "to", "for two", "我", "个", "point"]

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_CHARACTERS = "零一二三四五六七八九"
_TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty", 6: "sixty", 7: "seventy"}


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_read(value_of, text, value):
    assert value_of(SlotType.DIGITS, text) == value


@pytest.mark.parametrize("text", NOT_DIGITS)
def test_not_digits(value_of, text):
    assert value_of(SlotType.DIGITS, text) is None


def test_lengths_are_obeyed():
    words = read("one two three four five").words
    spec = SlotSpec("pin", SlotType.DIGITS, min_length=2, max_length=4)
    scene = Scene("en", __import__("datetime").datetime(2026, 1, 1))
    readings = digits.read(words, 0, spec, scene)
    assert [reading.value for reading in readings] == ["1234", "123", "12"]
    assert all(reading.quality < 1 for reading in readings), "more was said than fits"


def _runs(number: str) -> list[str]:
    """`number` cut into runs of one digit."""
    runs: list[str] = []
    for digit in number:
        if runs and runs[-1][0] == digit and len(runs[-1]) < 3:
            runs[-1] += digit
        else:
            runs.append(digit)
    return runs


@st.composite
def spoken(draw: st.DrawFn) -> tuple[str, str]:
    """A digit string and one of the many ways to say it in English."""
    number = draw(st.text("0123456789", min_size=1, max_size=12))
    said: list[str] = []
    for run in _runs(number):
        name = draw(st.sampled_from(["oh", "zero", "o"])) if run[0] == "0" else _WORDS[int(run[0])]
        if len(run) > 1 and draw(st.booleans()):
            said.append({2: "double", 3: "triple"}[len(run)] + " " + name)
        else:
            said += [draw(st.sampled_from([name, run[0]])) for _ in run]
        if draw(st.integers(0, 9)) == 0:
            said.append("um")
    while said and said[-1] == "um":
        said.pop()
    return number, " ".join(said)


@given(spoken())
def test_english_round_trip(value_of, case):
    number, text = case
    assert value_of(SlotType.DIGITS, text) == number


@given(st.lists(st.tuples(st.integers(2, 7), st.integers(1, 9)), min_size=1, max_size=5))
def test_pairs_round_trip(value_of, pairs):
    text = " ".join(f"{_TENS[ten]} {_WORDS[unit]}" for ten, unit in pairs)
    assert value_of(SlotType.DIGITS, text) == "".join(f"{ten}{unit}" for ten, unit in pairs)


@given(st.text("0123456789", min_size=1, max_size=15), st.booleans())
def test_chinese_round_trip(value_of, number, yao):
    text = "".join(_CHARACTERS[int(digit)] for digit in number)
    assert value_of(SlotType.DIGITS, text.replace("一", "幺") if yao else text) == number
