"""Writes the defaults of all settings into the tables of ops.md.

    .venv/bin/python docs/defaults.py

A test holds the tables to the dataclasses; this saves the typing when a default changes. A new
setting needs a row of its own: what it is, is written by hand.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from voicebot.config import HotlineFile
from voicebot.sip.settings import PRIVATE_NETWORKS, SipSettings

PAGE = Path(__file__).parent / "ops.md"


def tables() -> dict[str, type]:
    """The dataclass that each table explains, by the table's heading."""
    found: dict[str, type] = {}
    for file, cls in (("sip.toml", SipSettings), ("hotline.toml", HotlineFile)):
        found[file] = cls
        for name, hint in typing.get_type_hints(cls).items():
            held, several = inner(hint)
            if held is not None:
                found[f"{file}: [[{name}]]" if several else f"{file}: [{name}]"] = held
    return found


def inner(hint: object) -> tuple[type | None, bool]:
    """The dataclass that a field holds, and whether there are several of it."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint, False
    for argument in typing.get_args(hint):
        if isinstance(argument, type) and dataclasses.is_dataclass(argument):
            return argument, True
    return None, False


def defaults(cls: type) -> dict[str, str]:
    """Settings of one table by name, with their defaults as the page has them."""
    hints = typing.get_type_hints(cls)
    fields = [field for field in dataclasses.fields(cls) if inner(hints[field.name])[0] is None]
    return {field.name: _default(field) for field in fields}


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "*required*"
    if value is None:
        return "*none*"
    return "*private networks*" if value == PRIVATE_NETWORKS else f"`{_toml(value)}`"


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return _toml(value.value)
        case str() | Path():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case Mapping():
            inside = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
            return f"{{{inside}}}"
    return str(value)


def with_defaults(text: str) -> str:
    """The page with every default as it is now."""
    for heading, cls in tables().items():
        section = re.compile(rf"(^### {re.escape(heading)}\n)(.*?)(?=^##|\Z)", re.M | re.S)
        text = section.sub(lambda found, cls=cls: found[1] + _rows(found[2], cls), text)
    return text


def _rows(section: str, cls: type) -> str:
    for name, default in defaults(cls).items():
        row = re.compile(rf"^\| `{name}` \| .+? \| (?=[^|]*\|$)", re.M)
        section = row.sub(lambda _, new=f"| `{name}` | {default} | ": new, section)
    return section


if __name__ == "__main__":
    PAGE.write_text(with_defaults(PAGE.read_text("utf-8")), "utf-8")
