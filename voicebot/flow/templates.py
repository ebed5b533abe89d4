"""Text with values in it: `Your balance is {balance:money}.`

`{name}` is a slot, a value that a node set, or a path into one (`{branch.city}`); `:type` words it
as a slot type would be. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from voicebot.core.meaning import SlotType

_MARK = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)(?::([a-z_]+))?", re.IGNORECASE)


class TemplateError(ValueError):
    """A template that cannot be read; `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a value."""

    name: str
    type: SlotType | None
    offset: int


Parts = tuple[str | Mark, ...]


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Parts:
    """Literal text and marks in order. Raises `TemplateError`."""
    parts: list[str | Mark] = []
    literal, start = "", 0
    for found in _MARK.finditer(text):
        literal += text[start : found.start()]
        start = found.end()
        if found[0] in ("{{", "}}"):
            literal += found[0][0]
            continue
        if found[0].startswith("{secret:"):
            literal += found[0]  # See `core/secret_marks.py`.
            continue
        if literal:
            parts.append(literal)
        parts.append(_mark(found))
        literal = ""
    literal += text[start:]
    return (*parts, literal) if literal else tuple(parts)


def _mark(found: re.Match[str]) -> Mark:
    if found[1] is None:
        raise TemplateError(f"`{found[0]}` stands alone; write it twice if meant", found.start())
    name = _NAME.fullmatch(found[1].strip())
    if name is None:
        raise TemplateError("write {name} or {name:type}", found.start())
    if name[2] is not None and name[2] not in set(SlotType):
        known = ", ".join(SlotType)
        raise TemplateError(f"{name[2]} is no type of value (there are: {known})", found.start())
    return Mark(name[1], SlotType(name[2]) if name[2] else None, found.start())


def fill(text: str, value_of: Callable[[Mark], str]) -> str:
    """The text with every mark replaced."""
    return "".join(p if isinstance(p, str) else value_of(p) for p in parse_template(text))
