"""Expressions of branch, set and http nodes: small, safe, and checked when the flow is loaded.

    balance >= amount and payee in ["water", "power"]
    not defined(account) or len(account) != 6

Literals: numbers, "text" or 'text', true, false, null, [lists]. Names may have dots
(`body.balance`). Operators, loosest first: or, and, not, comparison (== != < <= > >= in), + -,
* /, unary -. Functions: see `functions.py`. A value that is missing is null; a comparison with null
is false, except `== null` and `!= null`. Dates, times and durations are values of their own:
`day < today + days(3)`, `now - began > minutes(5)`. Anything else that does not fit raises
`EvaluationError` and the flow takes its error path. A Pratt parser; nothing is ever given to
Python's `eval`.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from voicebot.flow.functions import FUNCTIONS, is_number
from voicebot.flow.functions import EvaluationError as EvaluationError

Lookup = Callable[[str], Any]

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

# ---------------------------------------------------------------- reading


@lru_cache(maxsize=4096)
def parse(text: str) -> Tree:
    """Read an expression. Raises `ExpressionError`."""
    reader = _Reader(text)
    tree = reader.expression(0)
    if reader.kind != "end":
        raise ExpressionError(f"`{reader.value}` is not expected here", reader.offset)
    return tree


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


# ---------------------------------------------------------------- evaluation

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_MAX_TEXT = 10_000
_DAY = date(2000, 1, 1)
"""Any: times are reckoned with as those of one day."""


def evaluate(tree: Tree, lookup: Lookup) -> Any:
    """The value, with names from `lookup` (None where missing). Raises `EvaluationError`."""
    match tree:
        case Literal(value):
            return value
        case Name(path, _):
            return lookup(path)
        case Unary("not", operand):
            return not evaluate(operand, lookup)
        case Unary(_, operand):
            return _negative(evaluate(operand, lookup))
        case Binary("and", left, right):
            return bool(evaluate(left, lookup)) and bool(evaluate(right, lookup))
        case Binary("or", left, right):
            return bool(evaluate(left, lookup)) or bool(evaluate(right, lookup))
        case Binary(sign, left, right):
            return _binary(sign, evaluate(left, lookup), evaluate(right, lookup))
        case Apply("if", (condition, yes, no)):
            return evaluate(yes if evaluate(condition, lookup) else no, lookup)
        case Apply("default", (first, other)):
            value = evaluate(first, lookup)
            return evaluate(other, lookup) if value is None else value
        case Apply(function, arguments):
            return _apply(function, [evaluate(argument, lookup) for argument in arguments])
        case Items(items):
            return [evaluate(item, lookup) for item in items]


def _apply(function: str, arguments: list[Any]) -> Any:
    try:
        return FUNCTIONS[function].apply(*arguments)
    except (TypeError, ValueError, OverflowError, AttributeError):
        raise EvaluationError(f"{function}() cannot take this") from None


def as_moment(text: Any, kind: str) -> date | time | None:
    """The `date`, `time` or `datetime` that a text holds; None where it holds none."""
    return FUNCTIONS[kind].apply(text) if isinstance(text, str) else None


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Text that stands beside a date or a time is read as one: `time < "17:00"`."""
    if isinstance(right, str) and isinstance(left, date | time):
        return left, as_moment(right, type(left).__name__)
    if isinstance(left, str) and isinstance(right, date | time):
        return as_moment(left, type(right).__name__), right
    return left, right


def _binary(sign: str, left: Any, right: Any) -> Any:
    if sign not in _ARITHMETIC and not isinstance(right, list):
        left, right = _alike(left, right)
    if sign == "==":
        return _same(left, right)
    if sign == "!=":
        return not _same(left, right)
    if sign == "in":
        return _within(left, right)
    if sign in _ARITHMETIC:
        return _calculate(sign, left, right)
    if left is None or right is None:
        return False
    if kind_of(left) != kind_of(right):
        raise EvaluationError(f"{sign} compares values of two kinds")
    try:
        return _ORDER[sign](left, right)
    except TypeError:
        raise EvaluationError(f"{sign} cannot compare these") from None


def kind_of(value: Any) -> type:
    """What a value may be compared with: a number with a number, a date with a date."""
    return float if is_number(value) else type(value)


def _same(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _within(item: Any, container: Any) -> bool:
    if container is None or item is None:
        return False
    if isinstance(container, str):
        return str(item) in container
    if isinstance(container, list | dict):
        return any(_same(*_alike(item, one)) for one in container)
    raise EvaluationError("`in` needs a list or text on its right")


def _calculate(sign: str, left: Any, right: Any) -> Any:
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > _MAX_TEXT:
            raise EvaluationError("the text is too long")
        return left + right
    try:
        if is_number(left) and is_number(right):
            return _ARITHMETIC[sign](left, right)
        return _with_dates(sign, left, right)
    except (ZeroDivisionError, OverflowError):
        raise EvaluationError(f"{sign} has no result") from None


def _negative(value: Any) -> Any:
    if is_number(value) or isinstance(value, timedelta):
        return -value
    raise EvaluationError("- needs a number or a duration")


def _with_dates(sign: str, left: Any, right: Any) -> Any:
    """Dates and durations, times and durations, durations and numbers."""
    match left, sign, right:
        case (timedelta(), "+", date() | time()):
            return _moved(right, left)
        case (date() | time(), "+", timedelta()):
            return _moved(left, right)
        case (date() | time(), "-", timedelta()):
            return _moved(left, -right)
        case (time(), "-", time()):
            return datetime.combine(_DAY, left) - datetime.combine(_DAY, right)
        case (date(), "-", date()) if isinstance(left, datetime) == isinstance(right, datetime):
            return left - right
        case (timedelta(), "+" | "-" | "/", timedelta()):
            return _ARITHMETIC[sign](left, right)
        case (timedelta(), "*" | "/", int() | float()) if is_number(right):
            return _ARITHMETIC[sign](left, right)
        case (int() | float(), "*", timedelta()) if is_number(left):
            return left * right
        case _:
            raise EvaluationError(f"{sign} cannot take these")


def _moved(moment: date | time, by: timedelta) -> Any:
    if isinstance(moment, time):
        return (datetime.combine(_DAY, moment) + by).time()
    if not isinstance(moment, datetime) and by % timedelta(days=1):
        raise EvaluationError("a date is moved by whole days; datetime() gives it a time")
    return moment + by
