"""An expression that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class ExpressionError(ValueError):
    """An expression that cannot be read; `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    path: str
    offset: int


@dataclass(frozen=True, slots=True)
class Unary:
    sign: str
    operand: Tree
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    sign: str
    left: Tree
    right: Tree
    offset: int = 0
    """Of the sign."""


@dataclass(frozen=True, slots=True)
class Apply:
    function: str
    arguments: tuple[Tree, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Tree, ...]


Tree = Literal | Name | Unary | Binary | Apply | Items


def names(tree: Tree) -> Iterator[Name]:
    """Every name that the expression reads."""
    match tree:
        case Name():
            yield tree
        case Unary(_, operand):
            yield from names(operand)
        case Binary(_, left, right, _):
            yield from names(left)
            yield from names(right)
        case Apply(_, parts, _) | Items(parts):
            for part in parts:
                yield from names(part)
        case Literal():
            return
