"""The functions of expressions, each with the types that it takes and gives.

None of them knows the time or does anything but compute; each ends in time that grows no faster
than what it is given.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voicebot.flow.values import WEEKDAYS

NUMBER, TEXT, BOOLEAN, LIST = "a number", "text", "yes or no", "a list"
DATE, TIME, DATETIME, DURATION = "a date", "a time", "a date and time", "a duration"
ANY = "anything"
_MAX_TEXT = 10_000


class EvaluationError(ValueError):
    """An expression that has no value with these values. Holds no value in its text."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    takes: tuple[tuple[str, ...], ...]
    """The types that each value may have; `ANY` for all."""
    gives: str
    """The type of its value; `ANY` where it is that of what it takes."""
    apply: Callable[..., Any]
    text: str
    """What it gives, for the reference."""
    optional: int = 0
    """How many of the last values may be left out."""
    is_open: bool = False
    """The last value may be given any number of times."""

    def fits(self, count: int) -> bool:
        """Whether it takes so many values."""
        least = len(self.takes) - self.optional
        return least <= count and (self.is_open or count <= len(self.takes))

    @property
    def count(self) -> str:
        """How many values it takes, in words."""
        most = len(self.takes)
        if self.is_open:
            return f"{most - self.optional} or more values"
        numbers = f"{most - self.optional} or {most}" if self.optional else f"{most}"
        return f"{numbers} value(s)"


def is_number(value: Any) -> bool:
    """A number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _needs_number(value: Any) -> float:
    if not is_number(value):
        raise TypeError("no number")
    number: float = value
    return number


def _tidy(value: float) -> float | int:
    if not math.isfinite(value):
        raise ValueError("no number")
    return int(value) if float(value).is_integer() else value


# ---------------------------------------------------------------- text


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime.datetime() | datetime.time():
            return value.isoformat(timespec="minutes")
        case datetime.date():
            return value.isoformat()
        case datetime.timedelta():
            return str(_tidy(value.total_seconds()))
        case _:
            return str(value)


def _len(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str | list | dict):
        return len(value)
    raise TypeError("no length")


def _number(value: Any) -> float | int | None:
    if isinstance(value, datetime.timedelta):
        return _tidy(value.total_seconds())
    try:
        return _tidy(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _last(value: Any, count: Any) -> str:
    number = int(_needs_number(count))
    return _text(value)[-number:] if number > 0 else ""


def _first(value: Any, count: Any) -> str:
    return _text(value)[: max(int(_needs_number(count)), 0)]


def _contains(value: Any, part: Any) -> bool:
    if isinstance(value, list):
        return part in value
    return _text(part).lower() in _text(value).lower()


def _digits_of(value: Any) -> str:
    return "".join(char for char in _text(value) if char in "0123456789")


_CLASSES: dict[str, Callable[[str], bool]] = {
    "#": lambda char: char in "0123456789",
    "@": str.isalpha,
    "?": lambda char: True,
}


def _matches(value: Any, pattern: Any) -> bool:
    """Two pointers, and back to the last star at most: no pattern takes long."""
    text, wanted = _text(value)[:_MAX_TEXT], _text(pattern)[:_MAX_TEXT]
    at = here = 0
    star, star_at = -1, 0
    while at < len(text):
        if here < len(wanted) and wanted[here] == "*":
            star, star_at, here = here, at, here + 1
        elif here < len(wanted) and _fits(text[at], wanted[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            star_at += 1
            at, here = star_at, star + 1
        else:
            return False
    return not wanted[here:].strip("*")


def _fits(char: str, wanted: str) -> bool:
    of_class = _CLASSES.get(wanted)
    return of_class(char) if of_class else char.lower() == wanted.lower()


def luhn(value: Any) -> bool:
    """Whether a digit string ends in its right check digit (ISO/IEC 7812-1, as on bank cards)."""
    digits = [int(char) for char in _digits_of(value)]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return len(digits) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


# ---------------------------------------------------------------- numbers and lists


def _items(values: tuple[Any, ...]) -> list[Any]:
    """Of the values, or of the list that is the only one; null is left out."""
    given = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [value for value in given if value is not None]


def _round(value: Any, places: Any = 0) -> float | int:
    return _tidy(round(_needs_number(value), int(_needs_number(places))))


def _count(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, list | dict):
        return len(value)
    raise TypeError("no list")


# ---------------------------------------------------------------- dates and times


def _duration(unit: str) -> Callable[[Any], datetime.timedelta]:
    return lambda count: datetime.timedelta(**{unit: _needs_number(count)})


def _date(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _time(value: Any) -> datetime.time | None:
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


def _datetime(value: Any, time: Any = None) -> datetime.datetime | None:
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


def _weekday(value: Any) -> str:
    return WEEKDAYS[value.weekday()]


def _part(name: str) -> Callable[[Any], int]:
    def of(value: Any) -> int:
        if not isinstance(value, datetime.date | datetime.time):
            raise TypeError("no date or time")
        try:
            part: int = getattr(value, name)
        except AttributeError:
            raise TypeError("no such part") from None
        return part

    return of


def _years_between(first: Any, last: Any) -> int:
    a, b = _date(first), _date(last)
    if a is None or b is None:
        raise TypeError("no dates")
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


def _in_units(seconds: int) -> Callable[[Any], float | int]:
    return lambda value: _tidy(value.total_seconds() / seconds)


_A, _N, _T, _B = (ANY,), (NUMBER,), (TEXT,), (BOOLEAN,)
_DAY, _CLOCKED = (DATE, DATETIME), (TIME, DATETIME)

FUNCTIONS: dict[str, Function] = {
    "defined": Function((_A,), BOOLEAN, lambda v: v is not None, "true unless it is missing"),
    "default": Function(
        (_A, _A), ANY, lambda v, other: other if v is None else v, "the value, or the other"
    ),
    "if": Function(
        (_A, _A, _A),
        ANY,
        lambda c, a, b: a if c else b,
        "the second where the first holds, else the third",
    ),
    "len": Function((_A,), NUMBER, _len, "length of text or of a list; 0 for null"),
    "number": Function((_A,), NUMBER, _number, "the number that a text holds, or null"),
    "text": Function((_A,), TEXT, _text, "the value as text"),
    "lower": Function((_A,), TEXT, lambda v: _text(v).lower(), "in lower case"),
    "upper": Function((_A,), TEXT, lambda v: _text(v).upper(), "in upper case"),
    "trim": Function((_A,), TEXT, lambda v: _text(v).strip(), "without blanks at both ends"),
    "first": Function((_A, _N), TEXT, _first, "the first so many characters of a text"),
    "last": Function((_A, _N), TEXT, _last, "the last so many characters of a text"),
    "contains": Function(
        (_A, _A),
        BOOLEAN,
        _contains,
        "whether a text has another in it, in whatever case, or a list an item",
    ),
    "starts_with": Function(
        (_A, _A),
        BOOLEAN,
        lambda v, part: _text(v).lower().startswith(_text(part).lower()),
        "whether a text begins with another, in whatever case",
    ),
    "ends_with": Function(
        (_A, _A),
        BOOLEAN,
        lambda v, part: _text(v).lower().endswith(_text(part).lower()),
        "whether a text ends with another, in whatever case",
    ),
    "matches": Function(
        (_A, _T),
        BOOLEAN,
        _matches,
        "whether a whole text is as a pattern: `#` a"
        " digit, `@` a letter, `?` anything, `*` any number of anything",
    ),
    "digits_of": Function((_A,), TEXT, _digits_of, "only the digits of a text"),
    "luhn": Function(
        (_A,), BOOLEAN, luhn, "whether the last digit is the right check digit, as on bank cards"
    ),
    "round": Function((_N, _N), NUMBER, _round, "rounded, to so many places", optional=1),
    "abs": Function((_N,), NUMBER, lambda v: abs(_needs_number(v)), "without its sign"),
    "min": Function(
        (_A,),
        ANY,
        lambda *v: min(_items(v), default=None),
        "the least of several, or of a list",
        is_open=True,
    ),
    "max": Function(
        (_A,),
        ANY,
        lambda *v: max(_items(v), default=None),
        "the greatest of several, or of a list",
        is_open=True,
    ),
    "sum": Function(
        (_A,),
        NUMBER,
        lambda *v: sum(map(_needs_number, _items(v))),
        "of several, or of a list",
        is_open=True,
    ),
    "count": Function((_A,), NUMBER, _count, "how many items a list has; 0 for null"),
    "days": Function((_N,), DURATION, _duration("days"), "so many days"),
    "hours": Function((_N,), DURATION, _duration("hours"), "so many hours"),
    "minutes": Function((_N,), DURATION, _duration("minutes"), "so many minutes"),
    "seconds": Function((_N,), DURATION, _duration("seconds"), "so many seconds"),
    "in_days": Function(((DURATION,),), NUMBER, _in_units(86_400), "a duration in days"),
    "in_hours": Function(((DURATION,),), NUMBER, _in_units(3_600), "a duration in hours"),
    "in_minutes": Function(((DURATION,),), NUMBER, _in_units(60), "a duration in minutes"),
    "date": Function(
        ((TEXT, DATE, DATETIME),),
        DATE,
        _date,
        "the date that a text holds (2026-11-24), or of a date and time; else null",
    ),
    "time": Function(
        ((TEXT, TIME, DATETIME),),
        TIME,
        _time,
        "the time that a text holds (15:30), or of a date and time; else null",
    ),
    "datetime": Function(
        ((TEXT, DATE, DATETIME), (TIME,)),
        DATETIME,
        _datetime,
        "the date and time that a text holds, or a date at a time",
        optional=1,
    ),
    "weekday": Function((_DAY,), TEXT, _weekday, "`monday` to `sunday`"),
    "year": Function((_DAY,), NUMBER, _part("year"), "of a date"),
    "month": Function((_DAY,), NUMBER, _part("month"), "1 to 12, of a date"),
    "day": Function((_DAY,), NUMBER, _part("day"), "1 to 31, of a date"),
    "hour": Function((_CLOCKED,), NUMBER, _part("hour"), "0 to 23, of a time"),
    "minute": Function((_CLOCKED,), NUMBER, _part("minute"), "0 to 59, of a time"),
    "years_between": Function(
        (_DAY, _DAY),
        NUMBER,
        _years_between,
        "whole years from the first date to the second: an age",
    ),
}
"""By name."""
