"""Dates, on a Wednesday: 18 November 2026."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType

TABLE = [
    ("today", "2026-11-18"),
    ("tonight", "2026-11-18"),
    ("tomorrow", "2026-11-19"),
    ("the day after tomorrow", "2026-11-20"),
    ("yesterday", "2026-11-17"),
    ("the day before yesterday", "2026-11-16"),
    ("monday", "2026-11-23"),
    ("on friday", "2026-11-20"),
    ("wednesday", "2026-11-25"),
    ("this wednesday", "2026-11-18"),
    ("this friday", "2026-11-20"),
    ("next monday", "2026-11-23"),
    ("next friday", "2026-11-27"),
    ("monday next week", "2026-11-23"),
    ("last monday", "2026-11-16"),
    ("last wednesday", "2026-11-11"),
    ("november twenty third", "2026-11-23"),
    ("november the twenty third", "2026-11-23"),
    ("november twenty three", "2026-11-23"),
    ("monday november twenty third", "2026-11-23"),
    ("the twenty third of november", "2026-11-23"),
    ("twenty third november", "2026-11-23"),
    ("november eighteenth", "2026-11-18"),
    ("november seventeenth", "2027-11-17"),
    ("january first", "2027-01-01"),
    ("january first twenty twenty eight", "2028-01-01"),
    ("march third two thousand and twenty seven", "2027-03-03"),
    ("may fifth nineteen ninety", "1990-05-05"),
    ("february twenty ninth", "2028-02-29"),
    ("the twenty third", "2026-11-23"),
    ("the eighteenth", "2026-11-18"),
    ("the third", "2026-12-03"),
    ("the thirty first", "2026-12-31"),
    ("the third of next month", "2026-12-03"),
    ("in two weeks", "2026-12-02"),
    ("in a week", "2026-11-25"),
    ("in three days", "2026-11-21"),
    ("three days from now", "2026-11-21"),
    ("a week from monday", "2026-11-30"),
    ("a week from tomorrow", "2026-11-26"),
    ("two weeks later", "2026-12-02"),
    ("in a month", "2026-12-18"),
    ("two days ago", "2026-11-16"),
    ("the end of the month", "2026-11-30"),
    ("Nov 23rd", "2026-11-23"),
    ("23 November 2026", "2026-11-23"),
    ("Nov 23, 2026", "2026-11-23"),
    ("2026-11-23", "2026-11-23"),
    ("11/23", "2026-11-23"),
    ("11/23/2027", "2027-11-23"),
    ("23/11/27", "2027-11-23"),
    ("今天", "2026-11-18"),
    ("明天", "2026-11-19"),
    ("后天", "2026-11-20"),
    ("後天", "2026-11-20"),
    ("大后天", "2026-11-21"),
    ("昨天", "2026-11-17"),
    ("前天", "2026-11-16"),
    ("周一", "2026-11-23"),
    ("星期五", "2026-11-20"),
    ("礼拜三", "2026-11-25"),
    ("这周三", "2026-11-18"),
    ("这周五", "2026-11-20"),
    ("下周一", "2026-11-23"),
    ("下周五", "2026-11-27"),
    ("下个星期五", "2026-11-27"),
    ("下下周一", "2026-11-30"),
    ("下周日", "2026-11-29"),
    ("星期天", "2026-11-22"),
    ("上周一", "2026-11-09"),
    ("十一月二十三号", "2026-11-23"),
    ("十一月二十三日", "2026-11-23"),
    ("十一月二十三", "2026-11-23"),
    ("11月23日", "2026-11-23"),
    ("2026年11月23日", "2026-11-23"),
    ("二零二七年三月一号", "2027-03-01"),
    ("二〇二七年三月一号", "2027-03-01"),
    ("明年三月一号", "2027-03-01"),
    ("一月一号", "2027-01-01"),
    ("二十三号", "2026-11-23"),
    ("23号", "2026-11-23"),
    ("三号", "2026-12-03"),
    ("下个月五号", "2026-12-05"),
    ("三天后", "2026-11-21"),
    ("两个星期以后", "2026-12-02"),
    ("一周以后", "2026-11-25"),
    ("一个月后", "2026-12-18"),
    ("三天前", "2026-11-15"),
    ("月底", "2026-11-30"),
]
NO_DATES = [
    "",
    "hello",
    "february thirty first",
    "february thirtieth twenty twenty seven",
    "february twenty ninth twenty twenty seven",
    "june thirty one",
    "the thirty second",
    "2026-02-31",
    "13/13",
    "next week",
    "november",
    "twenty three",
    "second",
    "in two",
    "二月三十一号",
    "二月三十号",
    "十三月一号",
    "三十二号",
    "下周",
    "十一月",
    "周八",
]
_MONTHS = [name.lower() for name in calendar.month_name[1:]]
_ORDINAL_WORDS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh
twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
_ORDINALS = _ORDINAL_WORDS.split()
_DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


def ordinal(n: int) -> str:
    """1 to 31 in words, independent of the parser."""
    if n <= 20:
        return _ORDINALS[n - 1]
    return "thirtieth" if n == 30 else f"{('twenty', 'thirty')[n > 30]} {_ORDINALS[n % 10 - 1]}"


def chinese(n: int) -> str:
    """1 to 31 in characters."""
    tens, unit = divmod(n, 10)
    head = ("", "十", "二十", "三十")[tens]
    return head + ("零一二三四五六七八九"[unit] if unit else "")


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_read(value_of, text, value):
    assert value_of(SlotType.DATE, text) == value


@pytest.mark.parametrize("text", NO_DATES)
def test_no_date(value_of, text):
    assert value_of(SlotType.DATE, text) is None


@given(_DAYS, _DAYS)
def test_month_and_day_are_the_next_such_day(value_of, today, wanted):
    now = datetime(today.year, today.month, today.day, 12)
    text = f"{_MONTHS[wanted.month - 1]} {ordinal(wanted.day)}"
    found = date.fromisoformat(value_of(SlotType.DATE, text, now=now))
    assert (found.month, found.day) == (wanted.month, wanted.day)
    assert today <= found
    leap = (wanted.month, wanted.day) == (2, 29)
    assert leap or found - today < timedelta(days=367)


@given(_DAYS, _DAYS)
def test_chinese_month_and_day_agree_with_english(value_of, today, wanted):
    now = datetime(today.year, today.month, today.day, 12)
    english = f"the {ordinal(wanted.day)} of {_MONTHS[wanted.month - 1]}"
    text = f"{chinese(wanted.month)}月{chinese(wanted.day)}号"
    expected = value_of(SlotType.DATE, english, now=now)
    assert expected is not None
    assert value_of(SlotType.DATE, text, now=now) == expected


@given(_DAYS, st.integers(0, 6))
def test_a_bare_weekday_is_within_the_next_week(value_of, today, weekday):
    now = datetime(today.year, today.month, today.day, 12)
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    found = date.fromisoformat(value_of(SlotType.DATE, names[weekday], now=now))
    assert found.weekday() == weekday
    assert 1 <= (found - today).days <= 7


@given(_DAYS, st.integers(1, 31))
def test_a_bare_day_is_the_next_of_its_number(value_of, today, day):
    now = datetime(today.year, today.month, today.day, 12)
    found = date.fromisoformat(value_of(SlotType.DATE, f"the {ordinal(day)}", now=now))
    assert found.day == day
    assert 0 <= (found - today).days <= 62


@given(_DAYS)
def test_iso_dates_are_themselves(value_of, wanted):
    assert value_of(SlotType.DATE, wanted.isoformat()) == wanted.isoformat()
