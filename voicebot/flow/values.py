"""Values of a call: slots that the caller filled, and JSON that back ends and `set` gave."""

from __future__ import annotations

import re
from typing import Any

from voicebot.core.meaning import SlotType, SlotValue

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
Value = SlotValue | Json

_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}))?")
_NUMERIC = (SlotType.NUMBER, SlotType.DURATION, SlotType.MONEY)


def plain(value: Value) -> Json:
    """As expressions and request bodies have it: numbers as numbers, yes and no as booleans,
    money as its amount, the rest as canonical text."""
    if not isinstance(value, SlotValue):
        return value
    if value.type is SlotType.YES_NO:
        return value.value == "yes"
    if value.type in _NUMERIC:
        return _as_number(value.value.split(" ")[0])
    return value.value


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
        return SlotValue(SlotType.NUMBER, written(value)) if is_number else written(value)
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
