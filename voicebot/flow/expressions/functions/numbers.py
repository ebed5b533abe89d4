"""Numbers and lists."""

from __future__ import annotations

import datetime
import math
from typing import Any


def is_number(value: Any) -> bool:
    """A number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def needs_number(value: Any) -> float:
    if not is_number(value):
        raise TypeError("no number")
    number: float = value
    return number


def tidy(value: float) -> float | int:
    if not math.isfinite(value):
        raise ValueError("no number")
    return int(value) if float(value).is_integer() else value


def number_of(value: Any) -> float | int | None:
    if isinstance(value, datetime.timedelta):
        return tidy(value.total_seconds())
    try:
        return tidy(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def items(values: tuple[Any, ...]) -> list[Any]:
    """Of the values, or of the list that is the only one; null is left out."""
    given = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [value for value in given if value is not None]


def rounded(value: Any, places: Any = 0) -> float | int:
    return tidy(round(needs_number(value), int(needs_number(places))))


def count(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, list | dict):
        return len(value)
    raise TypeError("no list")
