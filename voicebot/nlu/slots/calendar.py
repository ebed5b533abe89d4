"""From parts of a date to the day that is meant.

Where the year, month or week is open it is the next such day; the last one, where `today` is
`Backward`.
"""

from __future__ import annotations

from datetime import date, timedelta


class Backward(date):
    """A today from which open dates lie in the past."""

    __slots__ = ()


CENTURY_FROM = 20
"""A year of two digits that is so far ahead is one of the last century."""


def day(year: int, month: int, day_of_month: int) -> date | None:
    """That day; None for 31 February and its like."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def year_of(value: int, today: date) -> int:
    """A year of two digits is of this century, unless that is far ahead."""
    if value >= 100:
        return value
    year = value + today.year // 100 * 100
    latest = today.year if isinstance(today, Backward) else today.year + CENTURY_FROM
    return year - 100 if year > latest else year


def next_month_day(today: date, month: int, day_of_month: int) -> date | None:
    """The next such day, today included; 29 February waits for its year."""
    for ahead in range(9):
        found = day(today.year + _sign(today) * ahead, month, day_of_month)
        if found and _is_ahead(found, today):
            return found
    return None


def next_day_of_month(today: date, day_of_month: int) -> date | None:
    """The next day of that number, today included; months that lack it are passed over."""
    for ahead in range(3):
        found = in_month(today, _sign(today) * ahead, day_of_month)
        if found and _is_ahead(found, today):
            return found
    return None


def _sign(today: date) -> int:
    return -1 if isinstance(today, Backward) else 1


def _is_ahead(found: date, today: date) -> bool:
    return found <= today if isinstance(today, Backward) else found >= today


def in_month(today: date, months: int, day_of_month: int) -> date | None:
    """A day of the month `months` from this one."""
    index = today.year * 12 + today.month - 1 + months
    return day(index // 12, index % 12 + 1, day_of_month)


def add_months(today: date, months: int) -> date | None:
    """The same day `months` later, or the last of that month."""
    for day_of_month in range(today.day, today.day - 4, -1):
        if found := in_month(today, months, day_of_month):
            return found
    return None


def add_days(today: date, days: int) -> date | None:
    """None beyond the calendar's end."""
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def coming(today: date, weekday: int) -> date:
    """The next such weekday, never today; Monday is 0."""
    if isinstance(today, Backward):
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def in_week(today: date, weeks: int, weekday: int) -> date:
    """That weekday of the week `weeks` from this one; weeks begin on Monday (ISO 8601)."""
    return today + timedelta(days=weeks * 7 + weekday - today.weekday())


def last_of(today: date, months: int) -> date | None:
    """The last day of the month `months` from this one."""
    following = in_month(today, months + 1, 1)
    return following - timedelta(days=1) if following else None
