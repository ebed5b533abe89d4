"""Which parts of a date were said, and parts that are no date by themselves.

"the twenty third" (a day), "friday" (a weekday), "december", "next week", 下个月, 明年.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voicebot.nlu.slots import calendar, date_en, date_zh
from voicebot.nlu.slots import numerals_en as english
from voicebot.nlu.slots import numerals_zh as chinese
from voicebot.nlu.slots.reading import Lexicon, Words, lexicon, word_at

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_LEAD = lexicon("in|on|of|for|it is|in the month of|是|在")
_NEXT_WEEK = Lexicon(
    {"next week": 1, "this week": 0, "the week after next": 2, "the following week": 1}
    | {"the next week": 1, "last week": -1}
)
_NEXT_MONTH = Lexicon(
    {"next month": 1, "this month": 0, "the month after next": 2, "the following month": 1}
    | {"下个月": 1, "下月": 1, "这个月": 0, "本月": 0, "这月": 0, "下下个月": 2, "下下月": 2}
)
_NEXT_YEAR = Lexicon({"next year": 1, "this year": 0, "明年": 1, "今年": 0, "后年": 2})


class Only(StrEnum):
    """What a wording of a date leaves open."""

    DAY = "day"
    """The day of the month alone was said."""
    WEEKDAY = "weekday"
    """A weekday alone, of no week in particular."""
    ALL = "all"
    """Nothing, or nothing that an earlier date could tell."""


@dataclass(frozen=True, slots=True)
class Part:
    """A month, a week or a year that was said without a day."""

    end: int
    month: int = 0
    months_ahead: int | None = None
    weeks_ahead: int | None = None
    year: int = 0

    def value(self, today: date) -> str:
        """`2026-12`, `2026-W48`; empty for a year, which is no help."""
        if self.weeks_ahead is not None:
            monday = calendar.in_week(today, self.weeks_ahead, 0).isocalendar()
            return f"{monday.year}-W{monday.week:02}"
        if self.month:
            first = calendar.next_month_day(today.replace(day=1), self.month, 1)
        elif self.months_ahead is not None:
            first = calendar.in_month(today, self.months_ahead, 1)
        else:
            return ""
        return first.isoformat()[:7] if first else ""

    def of(self, earlier: date, today: date) -> date | None:
        """The earlier day in this month, week or year."""
        if self.weeks_ahead is not None:
            return calendar.in_week(today, self.weeks_ahead, earlier.weekday())
        if self.month:
            return calendar.next_month_day(today, self.month, earlier.day)
        if self.months_ahead is not None:
            return calendar.in_month(today, self.months_ahead, earlier.day)
        return calendar.day(self.year, earlier.month, earlier.day)


def part(words: Words, at: int, today: date) -> Part | None:
    """The month, week or year at `at`."""
    start = _LEAD.skip(words, at)
    if week := _NEXT_WEEK.at(words, start) or date_zh.WEEKS.at(words, start):
        return Part(week[1], weeks_ahead=week[0])
    if month := _NEXT_MONTH.at(words, start):
        return Part(month[1], months_ahead=month[0])
    if month := date_en.MONTHS.at(words, start):
        return Part(month[1], month=month[0])
    if year := _NEXT_YEAR.at(words, start):
        return Part(year[1], year=today.year + year[0])
    return _numbered(words, start, today)


def _numbered(words: Words, at: int, today: date) -> Part | None:
    """十二月, 二零二七年, "twenty twenty seven"."""
    if year := date_zh.read_year(words, at, today):
        return Part(year[1], year=year[0])
    month = date_zh.read_number(words, at)
    if month and word_at(words, month[1]) == "月" and 1 <= month[0] <= 12:
        return Part(month[1] + 1, month=month[0])
    if (found := date_en.read_year(words, at)) and word_at(words, at) != "of":
        return Part(found[1], year=found[0])
    return None


def only(words: Words) -> Only:
    """What alone the wording of a whole date says."""
    start = date_en.ARTICLES.skip(words, 0)
    day = english.ordinal(words, start) or _numbered_day(words, start)
    if day and day[1] == len(words):
        return Only.DAY
    weekday = date_en.WEEKDAYS.at(words, start) or date_zh.plain_weekday(words, start)
    return Only.WEEKDAY if weekday and weekday[1] == len(words) else Only.ALL


def _numbered_day(words: Words, at: int) -> tuple[int, int] | None:
    """二十三号."""
    number = date_zh.read_number(words, at)
    if number and word_at(words, number[1]) in ("号", "日"):
        return number[0], number[1] + 1
    return None


def day_of(words: Words, at: int) -> tuple[int, int] | None:
    """A day of the month where the month is known: "the twenty third", "twenty three", 二十三."""
    start = date_en.ARTICLES.skip(words, at)
    found = english.ordinal(words, start) or english.cardinal(words, start)
    found = found or _numbered_day(words, start) or chinese.cardinal(words, start)
    return found if found and 1 <= found[0] <= 31 else None


def weekday_of(words: Words, at: int) -> tuple[int, int] | None:
    """A weekday, Monday 0; 三 alone is one where the week is known."""
    start = date_en.ARTICLES.skip(words, at)
    found = date_en.WEEKDAYS.at(words, start) or date_zh.plain_weekday(words, start)
    return found or date_zh.WEEKDAY.at(words, start)


def month_begun(value: str) -> tuple[int, int] | None:
    """Year and month of `2026-12`."""
    found = _MONTH.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None


def week_begun(value: str) -> date | None:
    """Monday of `2026-W48`."""
    found = _WEEK.fullmatch(value)
    return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
