"""A row of a file, an answer or a table as a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.core.customers import Customer
from voicebot.core.telephone import e164, is_region

FIELDS = ("id", "numbers", "name", "language", "vip", "tags", "notes", "agent")
"""What a profile has besides attributes."""
NO_REGION = "ZZ"
_YES = ("true", "yes", "1", "y", "x", "是", "vip")


def spellings(number: str, region: str) -> tuple[str, ...]:
    """A number as it may be written down: E.164 first, then as the network gives it."""
    plain = number.strip()
    found = e164(plain, region if region and is_region(region) else NO_REGION) if plain else None
    return tuple(dict.fromkeys(n for n in (found, plain) if n))


def profile_of(row: Mapping[str, Any], source: str, region: str) -> Customer:
    """The profile; what is no field of its own is an attribute. Values may be of any type."""
    numbers = (spellings(number, region) for number in _list(row.get("numbers")))
    own = tuple(dict.fromkeys(found[0] for found in numbers if found))
    return Customer(
        id=_text(row.get("id")) or (own[0] if own else ""),
        numbers=own,
        name=_text(row.get("name")),
        language=_text(row.get("language")),
        vip=_is_yes(row.get("vip")),
        tags=tuple(_list(row.get("tags"))),
        notes=_text(row.get("notes")),
        agent=_text(row.get("agent")),
        attributes={
            name: _plain(value)
            for name, value in row.items()
            if name not in FIELDS and value is not None
        },
        source=source,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _is_yes(value: Any) -> bool:
    return value is True or _text(value).lower() in _YES


def _list(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [_text(item) for item in value if _text(item)]
    return [part.strip() for part in _text(value).split(";") if part.strip()]


def _plain(value: Any) -> Any:
    """As JSON has it: dates and decimals of a database as text."""
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else str(value)
