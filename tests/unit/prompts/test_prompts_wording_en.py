"""English words for values."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.prompts.wording import en, listing, ordinal, word

TODAY = date(2026, 11, 22)  # a Sunday

NUMERALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
"""
ONES = {w: n for n, w in enumerate(NUMERALS.split())}
TY = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS = {w: 10 * n for n, w in enumerate(TY, 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def parse_cardinal(text: str) -> int:
    """Read English number words; independent of the code that makes them."""
    total = group = 0
    for w in text.split():
        if w in ONES:
            group += ONES[w]
        elif w in TENS:
            group += TENS[w]
        elif w == "hundred":
            group *= 100
        else:
            total += group * SCALES[w]
            group = 0
    return total + group


def parse_number(text: str) -> Decimal:
    sign = -1 if text.startswith("minus ") else 1
    whole, _, fraction = text.removeprefix("minus ").partition(" point ")
    digits = "".join(str(ONES[w]) for w in fraction.split())
    return sign * Decimal(f"{parse_cardinal(whole)}.{digits or 0}")


def say(kind: SlotType, value: str, today: date | None = TODAY) -> str:
    return word(SlotValue(kind, value), "en-US", today=today)


@given(st.integers(0, 10**15 - 1))
def test_every_cardinal_reads_back(value: int) -> None:
    assert parse_cardinal(en.number(Decimal(value))) == value


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=3))
def test_every_decimal_reads_back(value: Decimal) -> None:
    assert parse_number(en.number(value)) == value


@given(st.text("0123456789", min_size=1, max_size=24))
def test_every_digit_of_a_string_is_said_once_and_in_order(text: str) -> None:
    said = en.digits(text)
    assert "".join(str(ONES[w]) for w in said.replace(",", "").split()) == text
    assert all(len(group.split()) <= 4 for group in said.split(","))


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_a_date_without_today_names_all_of_it(value: date) -> None:
    said = en.date(value, None)
    assert said.startswith(f"{value:%A} the ")
    assert f" of {value:%B}, " in said


@given(st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "GBP"]))
def test_every_amount_reads_back(cents: int, currency: str) -> None:
    said = en.money(Decimal(cents) / 100, currency)
    total = 0
    for part in said.split(" and "):
        count, unit = part.rsplit(" ", 1)
        small = unit in ("cent", "cents", "penny", "pence")
        total += parse_cardinal(count) * (1 if small else 100)
        assert (parse_cardinal(count) == 1) == (
            unit in ("cent", "penny", "dollar", "euro", "pound")
        )
    assert total == cents


@given(st.integers(0, 10**8))
def test_every_duration_reads_back(seconds: int) -> None:
    units = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
    parts = en.duration(seconds).replace(" and ", ", ").split(", ")
    pairs = [part.rsplit(" ", 1) for part in parts]
    assert sum(parse_cardinal(n) * units[unit.rstrip("s")] for n, unit in pairs) == seconds


@given(st.times())
def test_every_time_reads_back(value: time) -> None:
    said = en.time(value)
    special = {"noon": (12, 0), "midnight": (0, 0)}
    if said in special:
        assert (value.hour, value.minute) == special[said]
        return
    hour, *rest = said.split()
    half = rest.pop()
    minute = parse_cardinal(" ".join(w for w in rest if w != "oh"))
    assert (parse_cardinal(hour) % 12 + 12 * (half == "p.m."), minute) == (value.hour, value.minute)
    assert ("oh" in rest) == (0 < value.minute < 10)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (SlotType.DIGITS, "0123", "zero one two three"),
        (SlotType.DIGITS, "1234567", "one two three, four five six seven"),
        (SlotType.DIGITS, "12*#", "one two star pound"),
        (SlotType.NUMBER, "-12", "minus twelve"),
        (SlotType.NUMBER, "3.50", "three point five zero"),
        (SlotType.NUMBER, "100", "one hundred"),
        (SlotType.NUMBER, "1000001", "one million one"),
        (SlotType.YES_NO, "yes", "yes"),
        (SlotType.YES_NO, "no", "no"),
        (SlotType.DATE, "2026-11-22", "today"),
        (SlotType.DATE, "2026-11-23", "tomorrow"),
        (SlotType.DATE, "2026-11-21", "yesterday"),
        (SlotType.DATE, "2026-11-25", "Wednesday the twenty fifth of November"),
        (SlotType.DATE, "1999-01-05", "the fifth of January, nineteen ninety nine"),
        (SlotType.DATE, "2000-02-29", "the twenty ninth of February, two thousand"),
        (SlotType.DATE, "1905-03-30", "the thirtieth of March, nineteen oh five"),
        (SlotType.DATE, "1900-12-12", "the twelfth of December, nineteen hundred"),
        (SlotType.TIME, "15:30", "three thirty p.m."),
        (SlotType.TIME, "00:10", "twelve ten a.m."),
        (SlotType.TIME, "09:00", "nine a.m."),
        (SlotType.TIME, "12:00", "noon"),
        (SlotType.TIME, "00:00", "midnight"),
        (SlotType.DATETIME, "2026-11-23T15:30", "tomorrow at three thirty p.m."),
        (SlotType.DURATION, "90", "one minute and thirty seconds"),
        (SlotType.DURATION, "0", "zero seconds"),
        (SlotType.MONEY, "12.50 USD", "twelve dollars and fifty cents"),
        (SlotType.MONEY, "1.01 USD", "one dollar and one cent"),
        (SlotType.MONEY, "0.50 GBP", "fifty pence"),
        (SlotType.MONEY, "0 EUR", "zero euros"),
        (SlotType.MONEY, "-5 GBP", "minus five pounds"),
        (SlotType.MONEY, "500 JPY", "five hundred yen"),
        (SlotType.MONEY, "12.345 USD", "twelve point three four five dollars"),
        (SlotType.MONEY, "3 XAU", "three X A U"),
        (SlotType.CHOICE, "lost_card", "lost card"),
        (SlotType.TEXT, "John Smith", "John Smith"),
    ],
)
def test_examples(kind: SlotType, value: str, said: str) -> None:
    assert say(kind, value) == said


@pytest.mark.parametrize("kind", [k for k in SlotType if k not in (SlotType.CHOICE, SlotType.TEXT)])
@pytest.mark.parametrize("value", ["", "x", "12..5", "2026-13-40", "１２", "12.5 dollars"])
def test_what_is_not_canonical_is_said_as_written(kind: SlotType, value: str) -> None:
    assert say(kind, value).replace(" ", "") == value.replace(" ", "")


def test_a_language_without_wording_says_values_as_written() -> None:
    assert word(SlotValue(SlotType.DIGITS, "042"), "de") == "0 4 2"
    assert word(SlotValue(SlotType.NUMBER, "12"), "de") == "12"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *((1, "first"), (2, "second"), (3, "third"), (5, "fifth"), (8, "eighth"), (9, "ninth")),
        *((12, "twelfth"), (20, "twentieth"), (21, "twenty first"), (100, "one hundredth")),
        *((111, "one hundred eleventh"), (1000, "one thousandth")),
    ],
)
def test_ordinals(value: int, said: str) -> None:
    assert ordinal(value, "en") == said


def test_ordinals_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        en.ordinal(0)


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), ("abc", "a, b or c")]
)
def test_lists(items: list[str], said: str) -> None:
    assert listing(items, "en") == said
    assert listing(items, "en", inclusive=True) == said.replace("or", "and")


def test_the_year_is_said_only_for_days_far_away() -> None:
    near, far = TODAY + timedelta(days=180), TODAY + timedelta(days=181)
    assert "twenty twenty seven" not in en.date(near, TODAY)
    assert en.date(far, TODAY).endswith("twenty twenty seven")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+14155552671", "four one five, five five five, two six seven one"),
        ("+4917055501", "plus four nine, one seven zero five, five five zero one"),
        ("+35312345678", "plus three five three, one two three four, five six seven eight"),
        ("415", "4 1 5"),
    ],
)
def test_telephone_numbers(number: str, words: str) -> None:
    assert word(SlotValue(SlotType.PHONE, number), "en") == words


def test_card_numbers() -> None:
    value = SlotValue(SlotType.CARD, "4242424242424242")
    assert word(value, "en") == ", ".join(["four two four two"] * 4)
