"""The functions of expressions, each with the types that it takes and gives.

None of them knows the time or does anything but compute; each ends in time that grows no faster
than what it is given.
"""

from __future__ import annotations

from voicebot.flow.expressions.functions.dates import (
    date_of,
    datetime_of,
    duration_of,
    in_units,
    part_of,
    time_of,
    weekday_of,
    years_between,
)
from voicebot.flow.expressions.functions.function import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    TIME,
    Function,
)
from voicebot.flow.expressions.functions.numbers import (
    count,
    items,
    needs_number,
    number_of,
    rounded,
)
from voicebot.flow.expressions.functions.texts import (
    as_text,
    contains,
    digits_of,
    first,
    last,
    length,
    luhn,
    matches,
)

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
    "len": Function((_A,), NUMBER, length, "length of text or of a list; 0 for null"),
    "number": Function((_A,), NUMBER, number_of, "the number that a text holds, or null"),
    "text": Function((_A,), TEXT, as_text, "the value as text"),
    "lower": Function((_A,), TEXT, lambda v: as_text(v).lower(), "in lower case"),
    "upper": Function((_A,), TEXT, lambda v: as_text(v).upper(), "in upper case"),
    "trim": Function((_A,), TEXT, lambda v: as_text(v).strip(), "without blanks at both ends"),
    "first": Function((_A, _N), TEXT, first, "the first so many characters of a text"),
    "last": Function((_A, _N), TEXT, last, "the last so many characters of a text"),
    "contains": Function(
        (_A, _A),
        BOOLEAN,
        contains,
        "whether a text has another in it, in whatever case, or a list an item",
    ),
    "starts_with": Function(
        (_A, _A),
        BOOLEAN,
        lambda v, part: as_text(v).lower().startswith(as_text(part).lower()),
        "whether a text begins with another, in whatever case",
    ),
    "ends_with": Function(
        (_A, _A),
        BOOLEAN,
        lambda v, part: as_text(v).lower().endswith(as_text(part).lower()),
        "whether a text ends with another, in whatever case",
    ),
    "matches": Function(
        (_A, _T),
        BOOLEAN,
        matches,
        "whether a whole text is as a pattern: `#` a"
        " digit, `@` a letter, `?` anything, `*` any number of anything",
    ),
    "digits_of": Function((_A,), TEXT, digits_of, "only the digits of a text"),
    "luhn": Function(
        (_A,), BOOLEAN, luhn, "whether the last digit is the right check digit, as on bank cards"
    ),
    "round": Function((_N, _N), NUMBER, rounded, "rounded, to so many places", optional=1),
    "abs": Function((_N,), NUMBER, lambda v: abs(needs_number(v)), "without its sign"),
    "min": Function(
        (_A,),
        ANY,
        lambda *v: min(items(v), default=None),
        "the least of several, or of a list",
        is_open=True,
    ),
    "max": Function(
        (_A,),
        ANY,
        lambda *v: max(items(v), default=None),
        "the greatest of several, or of a list",
        is_open=True,
    ),
    "sum": Function(
        (_A,),
        NUMBER,
        lambda *v: sum(map(needs_number, items(v))),
        "of several, or of a list",
        is_open=True,
    ),
    "count": Function((_A,), NUMBER, count, "how many items a list has; 0 for null"),
    "days": Function((_N,), DURATION, duration_of("days"), "so many days"),
    "hours": Function((_N,), DURATION, duration_of("hours"), "so many hours"),
    "minutes": Function((_N,), DURATION, duration_of("minutes"), "so many minutes"),
    "seconds": Function((_N,), DURATION, duration_of("seconds"), "so many seconds"),
    "in_days": Function(((DURATION,),), NUMBER, in_units(86_400), "a duration in days"),
    "in_hours": Function(((DURATION,),), NUMBER, in_units(3_600), "a duration in hours"),
    "in_minutes": Function(((DURATION,),), NUMBER, in_units(60), "a duration in minutes"),
    "date": Function(
        ((TEXT, DATE, DATETIME),),
        DATE,
        date_of,
        "the date that a text holds (2026-11-24), or of a date and time; else null",
    ),
    "time": Function(
        ((TEXT, TIME, DATETIME),),
        TIME,
        time_of,
        "the time that a text holds (15:30), or of a date and time; else null",
    ),
    "datetime": Function(
        ((TEXT, DATE, DATETIME), (TIME,)),
        DATETIME,
        datetime_of,
        "the date and time that a text holds, or a date at a time",
        optional=1,
    ),
    "weekday": Function((_DAY,), TEXT, weekday_of, "`monday` to `sunday`"),
    "year": Function((_DAY,), NUMBER, part_of("year"), "of a date"),
    "month": Function((_DAY,), NUMBER, part_of("month"), "1 to 12, of a date"),
    "day": Function((_DAY,), NUMBER, part_of("day"), "1 to 31, of a date"),
    "hour": Function((_CLOCKED,), NUMBER, part_of("hour"), "0 to 23, of a time"),
    "minute": Function((_CLOCKED,), NUMBER, part_of("minute"), "0 to 59, of a time"),
    "years_between": Function(
        (_DAY, _DAY),
        NUMBER,
        years_between,
        "whole years from the first date to the second: an age",
    ),
}
"""By name."""
