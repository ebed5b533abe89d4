"""Texts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from voicebot.flow.expressions.functions.numbers import needs_number, tidy

_MAX_TEXT = 10_000


def as_text(value: Any) -> str:
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
            return str(tidy(value.total_seconds()))
        case _:
            return str(value)


def length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str | list | dict):
        return len(value)
    raise TypeError("no length")


def last(value: Any, count: Any) -> str:
    number = int(needs_number(count))
    return as_text(value)[-number:] if number > 0 else ""


def first(value: Any, count: Any) -> str:
    return as_text(value)[: max(int(needs_number(count)), 0)]


def contains(value: Any, part: Any) -> bool:
    if isinstance(value, list):
        return part in value
    return as_text(part).lower() in as_text(value).lower()


def digits_of(value: Any) -> str:
    return "".join(char for char in as_text(value) if char in "0123456789")


_CLASSES: dict[str, Callable[[str], bool]] = {
    "#": lambda char: char in "0123456789",
    "@": str.isalpha,
    "?": lambda char: True,
}


def matches(value: Any, pattern: Any) -> bool:
    """Two pointers, and back to the last star at most: no pattern takes long."""
    text, wanted = as_text(value)[:_MAX_TEXT], as_text(pattern)[:_MAX_TEXT]
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
    digits = [int(char) for char in digits_of(value)]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return len(digits) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
