"""From text to tree: a Pratt parser."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.expressions.tree import (
    Apply,
    Binary,
    ExpressionError,
    Items,
    Literal,
    Name,
    Tree,
    Unary,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)
      |(?P<text>"[^"]*"|'[^']*')
      |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      |(?P<sign>==|!=|<=|>=|[<>+\-*/()\[\],]))""",
    re.VERBOSE,
)
_END = ("end", "", -1)
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_BINDING = {
    **dict.fromkeys(["or"], 1),
    **dict.fromkeys(["and"], 2),
    **dict.fromkeys(["==", "!=", "<", "<=", ">", ">=", "in"], 4),
    **dict.fromkeys(["+", "-"], 5),
    **dict.fromkeys(["*", "/"], 6),
}
_NOT, _MINUS = 3, 7
_MAX_DEPTH = 50


@lru_cache(maxsize=4096)
def parse(text: str) -> Tree:
    """Read an expression. Raises `ExpressionError`."""
    reader = _Reader(text)
    tree = reader.expression(0)
    if reader.kind != "end":
        raise ExpressionError(f"`{reader.value}` is not expected here", reader.offset)
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.depth = 0
        self.advance()

    def advance(self) -> None:
        self.kind, self.value, self.offset = next(self.tokens, _END)

    def expression(self, binding: int) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ExpressionError("this is nested too deeply", self.offset)
        left = self.operand()
        while (power := _BINDING.get(self.value, 0)) > binding and self.kind != "text":
            sign, offset = self.value, self.offset
            self.advance()
            left = Binary(sign, left, self.expression(power), offset)
        self.depth -= 1
        return left

    def operand(self) -> Tree:
        kind, value, offset = self.kind, self.value, self.offset
        self.advance()
        if kind == "number":
            return Literal(float(value) if "." in value else int(value))
        if kind == "text":
            return Literal(value[1:-1])
        if value == "not":
            return Unary("not", self.expression(_NOT), offset)
        if value == "-":
            return Unary("-", self.expression(_MINUS), offset)
        if value == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if value == "[":
            return Items(self.list_to("]"))
        if kind == "name":
            return self.name(value, offset)
        raise ExpressionError("a value is missing here", max(offset, 0))

    def name(self, value: str, offset: int) -> Tree:
        if value in _CONSTANTS:
            return Literal(_CONSTANTS[value])
        if value in _BINDING:
            raise ExpressionError(f"`{value}` has nothing to its left", offset)
        if self.value != "(" or self.kind != "sign":
            return Name(value, offset)
        self.advance()
        arguments = self.list_to(")")
        known = FUNCTIONS.get(value)
        if known is None:
            near = difflib.get_close_matches(value, FUNCTIONS, n=1, cutoff=0.6)
            hint = f"; did you mean {near[0]}()?" if near else ""
            raise ExpressionError(f"there is no function {value}(){hint}", offset)
        if not known.fits(len(arguments)):
            raise ExpressionError(f"{value}() takes {known.count}", offset)
        return Apply(value, arguments, offset)

    def list_to(self, sign: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        while self.value != sign or self.kind == "text":
            items.append(self.expression(0))
            if self.value != sign:
                self.take(",")
        self.take(sign)
        return tuple(items)

    def take(self, sign: str) -> None:
        if self.kind != "sign" or self.value != sign:
            raise ExpressionError(f"`{sign}` is missing", max(self.offset, 0))
        self.advance()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    offset, end = 0, len(text.rstrip())
    while offset < end:
        found = _TOKEN.match(text, offset)
        if found is None or found.lastgroup is None:
            rest = text[offset:].lstrip()
            raise ExpressionError(f"`{rest[:1]}` cannot be read", len(text) - len(rest))
        yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)
        offset = found.end()
