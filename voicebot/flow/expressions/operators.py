"""What operators make of values: numbers, texts, dates, times and durations."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.expressions.functions.function import EvaluationError
from voicebot.flow.expressions.functions.numbers import is_number

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_MAX_TEXT = 10_000
_DAY = date(2000, 1, 1)
"""Any: times are reckoned with as those of one day."""


def as_moment(text: Any, kind: str) -> date | time | None:
    """The `date`, `time` or `datetime` that a text holds; None where it holds none."""
    return FUNCTIONS[kind].apply(text) if isinstance(text, str) else None


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Text that stands beside a date or a time is read as one: `time < "17:00"`."""
    if isinstance(right, str) and isinstance(left, date | time):
        return left, as_moment(right, type(left).__name__)
    if isinstance(left, str) and isinstance(right, date | time):
        return as_moment(left, type(right).__name__), right
    return left, right


def combined(sign: str, left: Any, right: Any) -> Any:
    if sign not in _ARITHMETIC and not isinstance(right, list):
        left, right = _alike(left, right)
    if sign == "==":
        return _same(left, right)
    if sign == "!=":
        return not _same(left, right)
    if sign == "in":
        return _within(left, right)
    if sign in _ARITHMETIC:
        return _calculate(sign, left, right)
    if left is None or right is None:
        return False
    if kind_of(left) != kind_of(right):
        raise EvaluationError(f"{sign} compares values of two kinds")
    try:
        return _ORDER[sign](left, right)
    except TypeError:
        raise EvaluationError(f"{sign} cannot compare these") from None


def kind_of(value: Any) -> type:
    """What a value may be compared with: a number with a number, a date with a date."""
    return float if is_number(value) else type(value)


def _same(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _within(item: Any, container: Any) -> bool:
    if container is None or item is None:
        return False
    if isinstance(container, str):
        return str(item) in container
    if isinstance(container, list | dict):
        return any(_same(*_alike(item, one)) for one in container)
    raise EvaluationError("`in` needs a list or text on its right")


def _calculate(sign: str, left: Any, right: Any) -> Any:
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > _MAX_TEXT:
            raise EvaluationError("the text is too long")
        return left + right
    try:
        if is_number(left) and is_number(right):
            return _ARITHMETIC[sign](left, right)
        return _with_dates(sign, left, right)
    except (ZeroDivisionError, OverflowError):
        raise EvaluationError(f"{sign} has no result") from None


def negative(value: Any) -> Any:
    if is_number(value) or isinstance(value, timedelta):
        return -value
    raise EvaluationError("- needs a number or a duration")


def _with_dates(sign: str, left: Any, right: Any) -> Any:
    """Dates and durations, times and durations, durations and numbers."""
    match left, sign, right:
        case (timedelta(), "+", date() | time()):
            return _moved(right, left)
        case (date() | time(), "+", timedelta()):
            return _moved(left, right)
        case (date() | time(), "-", timedelta()):
            return _moved(left, -right)
        case (time(), "-", time()):
            return datetime.combine(_DAY, left) - datetime.combine(_DAY, right)
        case (date(), "-", date()) if isinstance(left, datetime) == isinstance(right, datetime):
            return left - right
        case (timedelta(), "+" | "-" | "/", timedelta()):
            return _ARITHMETIC[sign](left, right)
        case (timedelta(), "*" | "/", int() | float()) if is_number(right):
            return _ARITHMETIC[sign](left, right)
        case (int() | float(), "*", timedelta()) if is_number(left):
            return left * right
        case _:
            raise EvaluationError(f"{sign} cannot take these")


def _moved(moment: date | time, by: timedelta) -> Any:
    if isinstance(moment, time):
        return (datetime.combine(_DAY, moment) + by).time()
    if not isinstance(moment, datetime) and by % timedelta(days=1):
        raise EvaluationError("a date is moved by whole days; datetime() gives it a time")
    return moment + by
