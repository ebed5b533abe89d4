"""Values of a call: slots that the caller filled, and JSON that back ends and `set` gave."""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from typing import Any

from voicebot.core.meaning import SlotType, SlotValue

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
Value = SlotValue | Json

_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}))?")
DIGIT_STRINGS = (SlotType.DIGITS, SlotType.PHONE, SlotType.CARD)
"""Types that are said digit by digit."""
_NUMERIC = (SlotType.NUMBER, SlotType.DURATION, SlotType.MONEY)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def plain(value: Value) -> Json:
    """As request bodies have it: numbers as numbers, yes and no as booleans, money as its amount,
    durations in seconds, the rest as canonical text."""
    if not isinstance(value, SlotValue):
        return value
    if value.type is SlotType.YES_NO:
        return value.value == "yes"
    if value.type in _NUMERIC:
        return _as_number(value.value.split(" ")[0])
    return value.value


def typed(value: Value) -> Any:
    """As expressions have it: as `plain`, and dates, times and durations as such."""
    if isinstance(value, SlotValue):
        with suppress(ValueError, OverflowError):
            match value.type:
                case SlotType.DATE:
                    return datetime.date.fromisoformat(value.value)
                case SlotType.TIME:
                    return datetime.time.fromisoformat(value.value)
                case SlotType.DATETIME:
                    return datetime.datetime.fromisoformat(value.value).replace(tzinfo=None)
                case SlotType.DURATION:
                    return datetime.timedelta(seconds=float(value.value))
                case _:
                    pass
    return plain(value)


def stored(value: Any) -> Value:
    """What an expression gave, as it is kept: dates, times and durations as slots have them."""
    match value:
        case datetime.datetime():
            return SlotValue(SlotType.DATETIME, value.isoformat(timespec="minutes"))
        case datetime.date():
            return SlotValue(SlotType.DATE, value.isoformat())
        case datetime.time():
            return SlotValue(SlotType.TIME, value.isoformat(timespec="minutes"))
        case datetime.timedelta():
            return SlotValue(SlotType.DURATION, str(round(value.total_seconds())))
        case list():
            return [_in_list(item) for item in value]
        case _:
            kept: Value = value
            return kept


def _in_list(item: Any) -> Json:
    kept = stored(item)
    return kept.value if isinstance(kept, SlotValue) else kept


def as_type(value: Value, slot_type: SlotType, currency: str) -> Value:
    """A value as one of a slot's type; None stays None. Raises `ValueError` where it is none."""
    if value is None or (isinstance(value, SlotValue) and value.type is slot_type):
        return value
    text = written(plain(value))
    match slot_type:
        case SlotType.DATE:
            text = datetime.date.fromisoformat(text).isoformat()
        case SlotType.TIME:
            text = datetime.time.fromisoformat(text).isoformat(timespec="minutes")
        case SlotType.DATETIME:
            text = datetime.datetime.fromisoformat(text).isoformat(timespec="minutes")
        case SlotType.YES_NO:
            if text not in ("yes", "no"):
                raise ValueError("neither yes nor no")
        case SlotType.NUMBER | SlotType.DURATION:
            number = float(text)
            text = str(int(number)) if number.is_integer() else text
        case SlotType.MONEY:
            amount = _money(text, currency)
            if isinstance(amount, str):
                raise ValueError("no amount of money")
            return amount
        case SlotType.DIGITS | SlotType.CARD:
            if not text.isdecimal():
                raise ValueError("not only digits")
        case SlotType.PHONE:
            if not re.fullmatch(r"\+[1-9]\d{4,14}", text, re.ASCII):
                raise ValueError("no telephone number with `+` and its country's code")
        case _:
            pass
    return SlotValue(slot_type, text)


def _as_number(text: str) -> int | float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and "." not in text else number


def written(value: Value) -> str:
    """As text for urls, summaries and tags."""
    if isinstance(value, SlotValue):
        return value.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def spoken(value: Value, as_type: SlotType | None, currency: str) -> str | SlotValue:
    """As a part of a prompt: typed values are worded later, in the call's language."""
    if isinstance(value, SlotValue) and as_type in (None, value.type):
        return value
    if as_type is None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        kind = SlotType.NUMBER if is_number else SlotType.TEXT
        return SlotValue(kind, written(value)) if written(value) else ""
    text = written(value)
    if as_type is SlotType.MONEY:
        return _money(text, currency)
    return SlotValue(as_type, text) if text else ""


def _money(text: str, currency: str) -> str | SlotValue:
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        return text
    return SlotValue(SlotType.MONEY, f"{float(found[1]):.2f} {found[2] or currency}")


def into(value: Value, path: list[str]) -> Value:
    """Follow keys into a JSON value; None where one is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
