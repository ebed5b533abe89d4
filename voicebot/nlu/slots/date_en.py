"""English dates: "the day after tomorrow", "next monday", "november twenty third"."""

from __future__ import annotations

from datetime import date

from voicebot.nlu.slots import calendar, holidays
from voicebot.nlu.slots import numerals_en as numerals
from voicebot.nlu.slots.reading import Lexicon, Words, lexicon, table, word_at
from voicebot.nlu.text import words_of

_DAYS = Lexicon(
    {
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
        "right now": 0,
        "tomorrow": 1,
        "to morrow": 1,
        "day after tomorrow": 2,
        "the day after tomorrow": 2,
        "the day after": 2,
        "yesterday": -1,
        "the day before yesterday": -2,
        "day before yesterday": -2,
    }
)
WEEKDAYS = table(
    "monday,mondays,mon|tuesday,tuesdays,tue,tues|wednesday,wednesdays,wed|"
    "thursday,thursdays,thu,thurs|friday,fridays,fri|saturday,saturdays,sat|sunday,sundays,sun"
)
MONTHS = table(
    "january,jan|february,feb|march,mar|april,apr|may|june,jun|july,jul|august,aug|"
    "september,sep,sept|october,oct|november,nov|december,dec",
    first=1,
)
ARTICLES = lexicon("the|on the|on|this|for|for the|at the|by")
_UNIT_DAYS = Lexicon({"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14})
_UNIT_MONTHS = Lexicon({"month": 1, "months": 1, "year": 12, "years": 12})
_LATER = lexicon("from now|from today|later|from this day")
_NEIGHBORS = Lexicon({"the day after": 1, "day after": 1, "the day before": -1, "day before": -1})
_EDGES = lexicon(
    "the end of|end of|the last of|last of|the last day of|last day of|the last day in"
)
_STARTS = lexicon(
    "the beginning of|beginning of|the start of|start of|the first day of|first day of"
)
_WEEKDAY_NAMES = frozenset(words_of("monday tuesday wednesday thursday friday saturday sunday"))
_MONTHS_AHEAD = Lexicon(
    {"the month": 0, "this month": 0, "next month": 1, "the following month": 1, "last month": -1}
    | {"the next month": 1, "the month after next": 2}
)
_YEAR_ENDS = lexicon(
    "the end of the year|end of the year|the end of this year|year end|end of year"
)
_WEEKENDS = Lexicon(
    {"this weekend": 0, "the weekend": 0, "weekend": 0, "this coming weekend": 0, "next weekend": 1}
    | {"at the weekend": 0, "on the weekend": 0, "over the weekend": 0}
)

_SHORT_YEARS_FROM = 24
"""Below, an hour may be meant."""
_AFTER_YEAR = frozenset(words_of("please at in from until to around thanks thank is that and"))

Hit = tuple[date, int]


def find(words: Words, at: int, today: date) -> Hit | None:
    """The longest English date at `at`."""
    start = at + (word_at(words, at) in ("on", "for", "by"))
    for reader in (_relative, _counted, _weekday, _month_first, _day_first, _bare_day):
        if hit := reader(words, start, today):
            return hit
    return None


def _relative(words: Words, at: int, today: date) -> Hit | None:
    if neighbor := _NEIGHBORS.at(words, at):
        named = _base(words, neighbor[1], today)
        found = calendar.add_days(named[0], neighbor[0]) if named else None
        if named and found:
            return found, named[1]
    if days := _DAYS.at(words, at):
        found = calendar.add_days(today, days[0])
        return (found, days[1]) if found else None
    if weekend := _WEEKENDS.at(words, at):
        return calendar.in_week(today, weekend[0], 5), weekend[1]
    if end := _YEAR_ENDS.at(words, at):
        return date(today.year, 12, 31), end[1]
    return _edge(words, at, today)


def _edge(words: Words, at: int, today: date) -> Hit | None:
    """ "the last of the month", "the end of december", "the beginning of next month"."""
    last, first = _EDGES.skip(words, at), _STARTS.skip(words, at)
    start = max(last, first)
    month = _MONTHS_AHEAD.at(words, start)
    named = MONTHS.at(words, start)
    if start == at or (month is None and named is None):
        return None
    if named:
        since = today.replace(day=1) if last > at else today
        began = calendar.next_month_day(since, named[0], 1)
        end = named[1]
    else:
        began, end = (
            calendar.in_month(today, month[0] if month else 0, 1),
            month[1] if month else at,
        )
    found = calendar.last_of(began, 0) if began and last > at else began
    return (found, end) if found else None


def _count(words: Words, at: int) -> tuple[int, int] | None:
    if word_at(words, at) in ("a", "one"):
        if word_at(words, at + 1) == "couple":
            return 2, at + 2 + (word_at(words, at + 2) == "of")
        return 1, at + 1
    return numerals.cardinal(words, at)


def _counted(words: Words, at: int, today: date) -> Hit | None:
    """ "in two weeks", "three days from now", "a week from monday", "two days ago"."""
    ahead = word_at(words, at) == "in"
    count = _count(words, at + ahead)
    if count is None or count[0] > 10_000:
        return None
    value, end = count
    if unit := _UNIT_DAYS.at(words, end):
        value, end = value * unit[0], unit[1]
        return _shifted_days(words, end, today, value, ahead=ahead)
    if unit := _UNIT_MONTHS.at(words, end):
        found = _shifted_months(words, unit[1], today, value * unit[0], ahead=ahead)
        return found
    return None


def _shifted_days(words: Words, end: int, today: date, days: int, *, ahead: bool) -> Hit | None:
    base = today
    if word_at(words, end) == "ago":
        days, end = -days, end + 1
    elif later := _LATER.at(words, end):
        end = later[1]
    elif (side := word_at(words, end)) in ("from", "after", "on", "before"):
        other = _base(words, end + 1, today)
        if other is None:
            return None
        base, end = other
        days = -days if side == "before" else days
    elif days % 7 == 0 and (other := _base(words, end, today)):
        base, end = other
    elif not ahead:
        return None
    found = calendar.add_days(base, days)
    return (found, end) if found else None


def _base(words: Words, at: int, today: date) -> Hit | None:
    """The day that others are counted from."""
    for reader in (holidays.find, _relative, _weekday, _month_first, _day_first):
        if hit := reader(words, at, today):
            return hit
    return None


def _shifted_months(words: Words, end: int, today: date, months: int, *, ahead: bool) -> Hit | None:
    if word_at(words, end) == "ago":
        months, end = -months, end + 1
    elif later := _LATER.at(words, end):
        end = later[1]
    elif not ahead:
        return None
    found = calendar.add_months(today, months)
    return (found, end) if found else None


def _weekday(words: Words, at: int, today: date) -> Hit | None:
    """A bare weekday is the next one and never today; "next" is of next week (ISO 8601)."""
    article = at + (word_at(words, at) in ("the", "on"))
    which = word_at(words, article)
    start = article + (which in ("this", "next", "coming", "last"))
    hit = WEEKDAYS.at(words, start)
    if hit is None:
        return None
    weekday, end = hit
    if tuple(words[end : end + 2]) == ("after", "next"):
        return calendar.in_week(today, 2, weekday), end + 2
    if which == "next":
        return calendar.in_week(today, 1, weekday), end
    if which == "last":
        before = calendar.coming(today, weekday)
        found = calendar.add_days(before, -7 if before.weekday() != today.weekday() else -14)
        return (found, end) if found else None
    if which == "this" and weekday == today.weekday():
        return today, end
    if tuple(words[end : end + 2]) == ("next", "week"):
        return calendar.in_week(today, 1, weekday), end + 2
    if which in ("", *_WEEKDAY_NAMES) and word_at(words, end) == "week":
        found = calendar.add_days(calendar.coming(today, weekday), 7)
        return (found, end + 1) if found else None
    if _month_first(words, end, today) or _the_day(words, end):
        return None
    return calendar.coming(today, weekday), end


def _day_of_month(words: Words, at: int) -> tuple[int, int] | None:
    start = at + (word_at(words, at) == "the")
    return numerals.ordinal(words, start) or numerals.cardinal(words, start)


def _the_day(words: Words, at: int) -> tuple[int, int] | None:
    if word_at(words, at) == "the":
        return numerals.ordinal(words, at + 1)
    return None


def read_year(words: Words, at: int) -> tuple[int, int] | None:
    """A year: "twenty twenty six", "two thousand and twenty six", "2026"."""
    start = at + (word_at(words, at) in ("of", "in"))
    head = numerals.below_hundred(words, start)
    if head and head[0] in (19, 20, 21):
        if word_at(words, head[1]) in ("oh", "o") and word_at(words, head[1] + 1) in numerals.UNITS:
            return head[0] * 100 + numerals.UNITS[words[head[1] + 1]], head[1] + 2
        tail = numerals.below_hundred(words, head[1])
        if tail and tail[0] >= 10:
            return head[0] * 100 + tail[0], tail[1]
    number = numerals.cardinal(words, start)
    return number if number and 1900 <= number[0] <= 2199 else None


def _short_year(words: Words, at: int, today: date) -> tuple[int, int] | None:
    """The last two digits of a year: "may fifth eighty seven". At the end of what is said only, as
    it may be a count or a time of day else; of the coming ten years, else of the past ninety."""
    number = numerals.below_hundred(words, at) or numerals.integer(words, at)
    if number is None or not _SHORT_YEARS_FROM <= number[0] <= 99:
        return None
    if number[1] < len(words) and word_at(words, number[1]) not in _AFTER_YEAR:
        return None
    year = today.year // 100 * 100 + number[0]
    return (year if year <= today.year + 10 else year - 100), number[1]


def _dated(words: Words, end: int, today: date, month: int, day_of_month: int) -> Hit | None:
    if said := read_year(words, end) or _short_year(words, end, today):
        found = calendar.day(said[0], month, day_of_month)
        return (found, said[1]) if found else None
    next_found = calendar.next_month_day(today, month, day_of_month)
    return (next_found, end) if next_found else None


def _month_first(words: Words, at: int, today: date) -> Hit | None:
    """ "november twenty third twenty twenty six", with or without the weekday before it."""
    start = WEEKDAYS.skip(words, at)
    month = MONTHS.at(words, start)
    number = _day_of_month(words, month[1]) if month else None
    if month is None or number is None or number[0] > 31:
        return None
    return _dated(words, number[1], today, month[0], number[0])


def _day_first(words: Words, at: int, today: date) -> Hit | None:
    """ "the twenty third of november", "23 november"."""
    start = WEEKDAYS.skip(words, at)
    number = _day_of_month(words, start)
    if number is None:
        return None
    month = MONTHS.at(words, number[1] + (word_at(words, number[1]) == "of"))
    return _dated(words, month[1], today, month[0], number[0]) if month else None


def _bare_day(words: Words, at: int, today: date) -> Hit | None:
    """ "the twenty third", "monday the third", "the third of next month"; not "the first one"."""
    start = WEEKDAYS.skip(words, at)
    number = _the_day(words, start) or numerals.ordinal(words, start)
    before = at - 1 - (word_at(words, at - 1) == "the")
    if number is None or MONTHS.at(words, before) or word_at(words, before) in numerals.TENS:
        return None
    value, end = number
    month = _MONTHS_AHEAD.at(words, end + 1) if word_at(words, end) == "of" else None
    if month:
        found = calendar.in_month(today, month[0], value)
        return (found, month[1]) if found else None
    if tuple(words[start:end]) == ("second",) or word_at(words, end) in ("one", "time"):
        return None
    found = calendar.next_day_of_month(today, value)
    return (found, end) if found else None
