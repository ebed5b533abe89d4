"""YAML as it was written: plain data, and where in the file every value stands.

Read by PyYAML's safe composer, so nothing in a file can run. `yes` and `on` are words here (YAML
1.2), not booleans; a number with leading zeros stays text. Files, depth and aliases are limited,
so that no file can blow up the memory. A key that is written twice is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from voicebot.core.errors import Problem
from voicebot.flow.base import Path

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000
"""With aliases written out."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Document:
    """One file, read."""

    file: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Line and column, from 1, of values; of a mapping's entry, its key."""
    scalars: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Line and column of the first character of single-line texts."""
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path) -> tuple[int, int]:
        """Where a value stands, or the nearest thing around it that was written."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def place_in(self, path: Path, offset: int) -> tuple[int, int]:
        """Where a character of a text stands."""
        if path not in self.scalars and path[-1:] == (0,):
            path = path[:-1]  # One text where a list is allowed.
        if path not in self.scalars:
            return self.place(path)
        line, column = self.scalars[path]
        return line, column + offset

    def add(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Add a problem at a value."""
        self.problems.append(Problem(self.file, *self.place(path), code, message, hint))


def read_document(path: FilePath) -> Document:
    """Read a file; what is wrong with it is in `problems`, and `data` is None then."""
    document = Document(path.name)
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            document.add((), "too-large", f"the file has more than {MAX_BYTES} bytes")
            return document
        text = raw.decode("utf-8-sig")
    except OSError as error:
        document.add((), "unreadable", f"cannot be read: {error.strerror}")
        return document
    except UnicodeDecodeError:
        document.add((), "not-utf8", "the file is not UTF-8", "save it as UTF-8")
        return document
    return read_text(text, document)


def read_text(text: str, document: Document) -> Document:
    """Read YAML text into `document`."""
    try:
        _check_depth(yaml.parse(text, Loader=_Loader))
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        _add_syntax_problem(document, error)
        return document
    except (yaml.YAMLError, ValueError) as error:
        document.add((), "yaml", str(error).split("\n")[0])
        return document
    reader = _Reader(document)
    try:
        document.data = reader.value(root, ()) if root is not None else None
    except _TooMuchError as error:
        document.add((), "too-much", str(error))
    return document


def _check_depth(events: Iterable[Any]) -> None:
    depth = 0
    for event in events:
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ValueError(f"the file is nested more than {MAX_DEPTH} deep")


def _add_syntax_problem(document: Document, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = " ".join(filter(None, (error.context, error.problem)))
    hint = "look at the indentation and quotes here and in the line above"
    document.problems.append(Problem(document.file, line, column, "yaml", message, hint))


class _TooMuchError(Exception):
    pass


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _TooMuchError(f"more than {MAX_VALUES} values, aliases written out")
        if len(path) > MAX_DEPTH:
            raise _TooMuchError(f"nested more than {MAX_DEPTH} deep; does an alias contain itself?")
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.document.places.setdefault(path, place)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        if node.start_mark.line == node.end_mark.line:
            self.document.scalars[path] = (place[0], place[1] + bool(node.style))
        return _scalar(node)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key is None:
                self.problem(where, "bad-key", "a key must be a single word or text")
            elif key == "<<" and not key_node.style:
                merged.update(self.merge(value_node, path))
            elif key in found:
                self.problem(where, "duplicate-key", f"{key} is written twice")
            else:
                self.document.places[*path, key] = where
                found[key] = self.value(value_node, (*path, key))
        return {**{k: v for k, v in merged.items() if k not in found}, **found}

    def merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        value = self.value(node, path)
        if isinstance(value, dict):
            return value
        where = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.problem(where, "bad-merge", "<< takes one mapping", "write `<<: *name`")
        return {}

    def problem(self, where: tuple[int, int], code: str, message: str, hint: str = "") -> None:
        self.document.problems.append(Problem(self.document.file, *where, code, message, hint))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style or node.tag == "tag:yaml.org,2002:binary":
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text
