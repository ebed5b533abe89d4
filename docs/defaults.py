"""Writes the tables of settings in ops.md.

    .venv/bin/python docs/defaults.py

A test holds the tables to the dataclasses; this saves the typing. Names and defaults are the
code's; what a setting is stays as the page has it, and is the docstring for one that is new.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
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
        found |= _inside(file, cls, "")
    return found


def _inside(file: str, cls: type, at: str) -> dict[str, type]:
    found: dict[str, type] = {}
    for name, hint in typing.get_type_hints(cls).items():
        held, several = inner(hint)
        if held is not None:
            path = f"{at}{name}"
            found[f"{file}: [[{path}]]" if several else f"{file}: [{path}]"] = held
            found |= _inside(file, held, f"{path}.")
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
    """The page with every setting, and its default as it is now."""
    for heading, cls in tables().items():
        if f"### {heading}\n" not in text:
            text = _with_section(text, heading, cls)
        section = re.compile(rf"(^### {re.escape(heading)}\n.*?)(^\|.*?\n)(?!\|)", re.M | re.S)
        text = section.sub(lambda found, cls=cls: found[1] + _table(found[2], cls), text, count=1)
    return text


def _with_section(text: str, heading: str, cls: type) -> str:
    """The page with a section for a new table, behind the last one of the same file."""
    of_file = re.compile(rf"^### {re.escape(heading.split(':')[0])}.*?(?=^###? |\Z)", re.M | re.S)
    end = list(of_file.finditer(text))[-1].end()
    about = inspect.cleandoc(cls.__doc__ or "")
    section = f"### {heading}\n\n{about}\n\n{_HEAD}\n"
    return f"{text[:end].rstrip()}\n\n{section}{text[end:]}"


_HEAD = "| setting | default | what it is |\n|---|---|---|\n"


def _table(table: str, cls: type) -> str:
    said = dict(re.findall(r"^\| `(\w+)` \| .+? \| ([^|]+?) \|$", table, re.M))
    docs = _docstrings(cls)
    rows = [
        f"| `{name}` | {default} | {said.get(name) or docs.get(name, '')} |\n"
        for name, default in defaults(cls).items()
    ]
    return _HEAD + "".join(rows)


def _docstrings(cls: type) -> dict[str, str]:
    """What stands below each field."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found


if __name__ == "__main__":
    PAGE.write_text(with_defaults(PAGE.read_text("utf-8")), "utf-8")
