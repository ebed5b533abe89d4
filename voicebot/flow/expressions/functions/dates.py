"""Dates, times and durations."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from voicebot.flow.expressions.functions.numbers import needs_number, tidy
from voicebot.flow.values import WEEKDAYS


def duration_of(unit: str) -> Callable[[Any], datetime.timedelta]:
    return lambda count: datetime.timedelta(**{unit: needs_number(count)})


def date_of(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.datetime.fromisoformat(value).date()
    except ValueError:
        return None


def time_of(value: Any) -> datetime.time | None:
    if isinstance(value, datetime.datetime):
        return value.time()
    if value is None or isinstance(value, datetime.time):
        return value
    try:
        if "-" in value:
            return datetime.datetime.fromisoformat(value).time()
        return datetime.time.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None


def datetime_of(value: Any, time: Any = None) -> datetime.datetime | None:
    if value is None or isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        if time is not None and not isinstance(time, datetime.time):
            raise TypeError("no time")
        return datetime.datetime.combine(value, time or datetime.time())
    try:
        return datetime.datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None


def weekday_of(value: Any) -> str:
    return WEEKDAYS[value.weekday()]


def part_of(name: str) -> Callable[[Any], int]:
    def of(value: Any) -> int:
        if not isinstance(value, datetime.date | datetime.time):
            raise TypeError("no date or time")
        try:
            part: int = getattr(value, name)
        except AttributeError:
            raise TypeError("no such part") from None
        return part

    return of


def years_between(first: Any, last: Any) -> int:
    a, b = date_of(first), date_of(last)
    if a is None or b is None:
        raise TypeError("no dates")
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


def in_units(seconds: int) -> Callable[[Any], float | int]:
    return lambda value: tidy(value.total_seconds() / seconds)
