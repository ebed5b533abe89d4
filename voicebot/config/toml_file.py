"""One TOML file as dataclasses, with the line of every mistake."""

from __future__ import annotations

import copy
import dataclasses
import difflib
import os
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from voicebot.core.errors import Problem

T = TypeVar("T")

Where = tuple[str | int, ...]
"""The way to a value: keys, and indices of lists."""

_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


class TomlFile:
    """One TOML file, and where its keys stand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text("utf-8") if path.exists() else ""
        self.problems: list[Problem] = []
        self.data = self._parse()

    def read(self, cls: type[T], *at: str) -> T | None:
        """The table at `at` as a dataclass, problems noted. What is wrong in it is left out, so
        that the rest can be checked; None where not even that can be read."""
        table: Any = self.data
        for key in at:
            table = table.get(key, {}) if isinstance(table, dict) else table
        self._check_keys(table, cls, at)
        try:
            return TypeAdapter(cls).validate_python(table)
        except ValidationError as error:
            for detail in error.errors():
                where = (*at, *(part for part in detail["loc"]))
                self.note("bad-value", f"{dotted(where)}: {detail['msg']}", where)
            return _mended(cls, table, error)

    def note(self, code: str, message: str, where: Where = (), hint: str = "") -> None:
        """Keep a problem at a key's line."""
        line = _line_of(self.text, where)
        self.problems.append(Problem(str(self.path), line, 1, code, message, hint))

    def _parse(self) -> dict[str, Any]:
        try:
            return typing.cast(dict[str, Any], self._filled(tomllib.loads(self.text), ()))
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+), column (\d+)", str(error))
            line, column = (int(found[1]), int(found[2])) if found else (1, 1)
            message = str(error).split(" (at")[0]
            self.problems.append(Problem(str(self.path), line, column, "not-toml", message))
            return {}

    def _filled(self, value: Any, where: Where) -> Any:
        """Environment variables put in."""
        if isinstance(value, dict):
            return {key: self._filled(item, (*where, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, (*where, i)) for i, item in enumerate(value)]
        if isinstance(value, str):
            return _ENV.sub(lambda match: self._variable(match[1], where), value)
        return value

    def _variable(self, name: str, where: Where) -> str:
        if name not in os.environ:
            hint = f"export {name}=... before starting"
            self.note("missing-variable", f"the environment has no {name}", where, hint)
        return os.environ.get(name, "")

    def _check_keys(self, table: object, cls: object, where: Where) -> None:
        """Unknown keys, at every depth, with the nearest known one."""
        if isinstance(table, list):
            for i, item in enumerate(table):
                self._check_keys(item, cls, (*where, i))
        if not isinstance(table, dict) or not dataclasses.is_dataclass(cls):
            return
        known = typing.get_type_hints(cls)
        for key, item in table.items():
            if key in known:
                self._check_keys(item, _inner(known[key]), (*where, key))
                continue
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            self.note("unknown-key", f"{dotted((*where, key))} is not known", (*where, key), hint)


def _mended(cls: type[T], table: Any, error: ValidationError) -> T | None:
    """The table without the values that are wrong."""
    table = copy.deepcopy(table)
    for detail in error.errors():
        holder: Any = table
        for part in detail["loc"][:-1]:
            holder = holder[part] if _has(holder, part) else None
        if isinstance(holder, dict):
            holder.pop(detail["loc"][-1], None)
    try:
        return TypeAdapter(cls).validate_python(table)
    except ValidationError:
        return None


def _has(holder: Any, part: str | int) -> bool:
    if isinstance(holder, dict):
        return part in holder
    return isinstance(holder, list) and isinstance(part, int) and part < len(holder)


def _inner(hint: object) -> object:
    """The dataclass in a type hint such as `tuple[Trunk, ...]` or `Tls | None`."""
    return next((arg for arg in _arguments(hint) if dataclasses.is_dataclass(arg)), hint)


def _arguments(hint: object) -> Iterator[object]:
    yield hint
    for argument in typing.get_args(hint):
        yield from _arguments(argument)


def dotted(where: Where) -> str:
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in where)
    return text.lstrip(".") or "the file"


def _line_of(text: str, where: Where) -> int:
    """The line of a key: TOML's parser does not tell, so tables and keys are counted."""
    table: list[str | int] = []
    counts: dict[str, int] = {}
    best, best_length = 1 if text else 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            name = header[2].replace('"', "")
            table = list(name.split("."))
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                table.append(counts[name])
            here = tuple(table)
        elif key := re.match(r"\s*([A-Za-z0-9_.\-\"']+)\s*=", line):
            here = (*table, *key[1].replace('"', "").replace("'", "").split("."))
        else:
            continue
        if here == where[: len(here)] and len(here) > best_length:
            best, best_length = number, len(here)
    return best
