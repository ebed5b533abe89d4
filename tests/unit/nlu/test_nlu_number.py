"""Numbers, against a wording of our own here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType

TABLE = [
    ("zero", "0"),
    ("seven", "7"),
    ("a hundred and five", "105"),
    ("one hundred five", "105"),
    ("a hundred", "100"),
    ("twelve hundred", "1200"),
    ("two thousand and six", "2006"),
    ("a thousand", "1000"),
    ("one hundred twenty three thousand four hundred fifty six", "123456"),
    ("two million", "2000000"),
    ("two and a half million", "2500000"),
    ("minus three point five", "-3.5"),
    ("negative twelve", "-12"),
    ("three point one four", "3.14"),
    ("point five", "0.5"),
    ("one point oh five", "1.05"),
    ("two and a half", "2.5"),
    ("a half", "0.5"),
    ("a dozen", "12"),
    ("a couple", "2"),
    ("two fifty", "250"),
    ("one oh five", "105"),
    ("nineteen eighty four", "1984"),
    ("twenty-three", "23"),
    ("1,200", "1200"),
    ("3.50", "3.5"),
    ("-4", "-4"),
    ("5 thousand", "5000"),
    ("１２", "12"),
    ("minus zero", "0"),
    ("零", "0"),
    ("十", "10"),
    ("十五", "15"),
    ("二十一", "21"),
    ("一百", "100"),
    ("一百零五", "105"),
    ("一百二", "120"),
    ("两百零五", "205"),
    ("一千五", "1500"),
    ("两千零五十", "2050"),
    ("三万五", "35000"),
    ("三万零五", "30005"),
    ("三萬五千", "35000"),
    ("十二万三千四百五十六", "123456"),
    ("一亿两千万", "120000000"),
    ("一点五", "1.5"),
    ("负三", "-3"),
    ("零点零五", "0.05"),
    ("一点五万", "15000"),
    ("3万5", "35000"),
    ("1.5万", "15000"),
    ("半", "0.5"),
    ("百分之二十", "20"),
    ("壹佰", "100"),
]
NOT_NUMBERS = ["", "hello", "five six", "minus", "point", "and five", "hundred", "点五个人", "万"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "x x twenty thirty forty fifty sixty seventy eighty ninety"


def english(n: int, *, joined: str) -> str:
    """A wording independent of the parser; `joined` is put after "hundred"."""
    ones, tens = _ONES.split(), _TENS.split()
    if n < 20:
        return ones[n]
    if n < 100:
        return tens[n // 10] + (f" {ones[n % 10]}" if n % 10 else "")
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            head = f"{english(n // size, joined=joined)} {name}"
            glue = f" {joined} " if joined and (size == 100 or n % size < 100) else " "
            return head + (glue + english(n % size, joined=joined) if n % size else "")
    raise AssertionError(n)


def chinese(n: int) -> str:
    """A wording independent of the parser, 0 to 99,999,999."""
    if n >= 10_000:
        rest = n % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return chinese(n // 10_000) + "万" + (zero + chinese(rest) if rest else "")
    digits = "零一二三四五六七八九"
    if n < 10:
        return digits[n]
    text, waiting = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // unit % 10
        if digit:
            text += ("零" if waiting and text else "") + digits[digit] + name
        waiting = not digit
    return text


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_read(value_of, text, value):
    assert value_of(SlotType.NUMBER, text) == value


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_not_a_number(value_of, text):
    assert value_of(SlotType.NUMBER, text) is None


@given(st.integers(0, 999_999_999), st.sampled_from(["", "and"]))
def test_english_round_trip(value_of, n, joined):
    assert value_of(SlotType.NUMBER, english(n, joined=joined)) == str(n)


@given(st.integers(0, 99_999_999))
def test_chinese_round_trip(value_of, n):
    assert value_of(SlotType.NUMBER, chinese(n)) == str(n)


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=4), st.booleans())
def test_decimals_round_trip(value_of, whole, fraction, minus):
    words = " ".join(_ONES.split()[int(digit)] for digit in fraction)
    text = f"{'minus ' if minus else ''}{english(whole, joined='')} point {words}"
    wanted = Decimal(f"{'-' if minus else ''}{whole}.{fraction}")
    assert Decimal(value_of(SlotType.NUMBER, text) or "NaN") == wanted
