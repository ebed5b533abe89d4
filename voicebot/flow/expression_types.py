"""What can be told of an expression's types before any call: sums of words, numbers that are
compared with text. What back ends answer is of any type; slots, parameters, literals and what is
computed from them have theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from voicebot.core.meaning import SlotType
from voicebot.flow.expressions import (
    Apply,
    Binary,
    ExpressionError,
    Items,
    Literal,
    Name,
    Tree,
    Unary,
    as_moment,
    parse,
)
from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.expressions.functions.function import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    LIST,
    NUMBER,
    TEXT,
    TIME,
    Function,
)

TypeOf = Callable[[str], str | None]
"""The type of a name; None where only a call can tell."""

_OF_SLOT = {
    SlotType.NUMBER: NUMBER,
    SlotType.MONEY: NUMBER,
    SlotType.DURATION: DURATION,
    SlotType.YES_NO: BOOLEAN,
    SlotType.DATE: DATE,
    SlotType.TIME: TIME,
    SlotType.DATETIME: DATETIME,
}
CLOCK_TYPES = {"now": DATETIME, "today": DATE, "time": TIME, "weekday": TEXT}
_MOMENTS = (DATE, TIME, DATETIME)
_COMPARING, _LOGIC = ("==", "!=", "<", "<=", ">", ">="), ("and", "or", "in")
_SUMS: dict[tuple[str, str, str], str] = {
    (NUMBER, "+", NUMBER): NUMBER,
    (TEXT, "+", TEXT): TEXT,
    (DURATION, "+", DURATION): DURATION,
    (DURATION, "-", DURATION): DURATION,
    (DURATION, "/", DURATION): NUMBER,
    (DURATION, "*", NUMBER): DURATION,
    (DURATION, "/", NUMBER): DURATION,
    (NUMBER, "*", DURATION): DURATION,
    **{(NUMBER, sign, NUMBER): NUMBER for sign in "-*/"},
    **{(moment, sign, DURATION): moment for moment in _MOMENTS for sign in "+-"},
    **{(DURATION, "+", moment): moment for moment in _MOMENTS},
    **{(moment, "-", moment): DURATION for moment in _MOMENTS},
}
"""What a sign makes of two types; what is not here cannot be."""
_NEEDS = {
    "+": "two numbers, two texts, or a date, time or duration and a duration",
    "-": "two numbers, or dates, times and durations",
    "*": "two numbers, or a duration and a number",
    "/": "two numbers, or a duration and a number",
}


class Mismatch(NamedTuple):
    """What cannot be right, in words, and where."""

    message: str
    offset: int


def of_slot(slot_type: SlotType) -> str:
    """The type that a slot has in expressions."""
    return _OF_SLOT.get(slot_type, TEXT)


def type_of_text(text: str, type_of: TypeOf) -> str | None:
    """The type of an expression's value; None where only a call can tell, or it cannot be read."""
    try:
        return type_in(parse(text), type_of)
    except ExpressionError:
        return None


def mismatches(tree: Tree, type_of: TypeOf) -> Iterator[Mismatch]:
    """What cannot be right."""
    match tree:
        case Unary(sign, operand, offset):
            yield from mismatches(operand, type_of)
            found = type_in(operand, type_of)
            if sign == "-" and found not in (NUMBER, DURATION, None):
                yield Mismatch(f"- needs a number or a duration, not {found}", offset)
        case Binary(sign, left, right, offset):
            yield from mismatches(left, type_of)
            yield from mismatches(right, type_of)
            for message in _between(sign, left, right, type_of):
                yield Mismatch(message, offset)
        case Apply(name, parts, offset):
            for part in parts:
                yield from mismatches(part, type_of)
            yield from _arguments(name, FUNCTIONS[name], parts, offset, type_of)
        case Items(parts):
            for part in parts:
                yield from mismatches(part, type_of)
        case _:
            return


def _between(sign: str, left: Tree, right: Tree, type_of: TypeOf) -> Iterator[str]:
    a, b = type_in(left, type_of), type_in(right, type_of)
    if sign in _NEEDS:
        if not _possible(a, sign, b):
            known = " and ".join(sorted({kind for kind in (a, b) if kind}))
            yield f"{sign} needs {_NEEDS[sign]}, not {known}"
    elif sign in _COMPARING and a and b and a != b:
        if not (_is_moment_in_text(a, right, b) or _is_moment_in_text(b, left, a)):
            yield f"{sign} compares {a} with {b}"
    elif sign == "in" and b not in (LIST, TEXT, None):
        yield f"`in` needs a list or text on its right, not {b}"


def _is_moment_in_text(moment: str, other: Tree, other_type: str) -> bool:
    """Whether `other` is text that may hold such a date or time; a literal must."""
    if moment not in _MOMENTS or other_type != TEXT:
        return False
    return not isinstance(other, Literal) or as_moment(other.value, _PYTHON[moment]) is not None


_PYTHON = {DATE: "date", TIME: "time", DATETIME: "datetime"}


def _possible(a: str | None, sign: str, b: str | None) -> bool:
    return any(s == sign and _fit((a, b), (x, y)) for x, s, y in _SUMS)


def _fit(found: tuple[str | None, str | None], wanted: tuple[str, str]) -> bool:
    return all(kind in (want, None) for kind, want in zip(found, wanted, strict=True))


def _arguments(
    name: str, function: Function, parts: tuple[Tree, ...], offset: int, type_of: TypeOf
) -> Iterator[Mismatch]:
    for index, part in enumerate(parts):
        takes = function.takes[min(index, len(function.takes) - 1)]
        found = type_in(part, type_of)
        if ANY not in takes and found is not None and found not in takes:
            yield Mismatch(f"{name}() takes {' or '.join(takes)}, not {found}", offset)
        elif name in _WRITTEN and index == 0 and _cannot_be_read(name, part):
            yield Mismatch(f'{name}() cannot read this; write it as "{_WRITTEN[name]}"', offset)


def _cannot_be_read(name: str, part: Tree) -> bool:
    is_text = isinstance(part, Literal) and isinstance(part.value, str)
    return is_text and as_moment(part.value, name) is None  # type: ignore[union-attr]


_WRITTEN = {"date": "2026-11-24", "time": "15:30", "datetime": "2026-11-24T15:30"}


def type_in(tree: Tree, type_of: TypeOf) -> str | None:
    """The type of an expression's value; None where only a call can tell."""
    match tree:
        case Literal(value):
            return _of_literal(value)
        case Name(path):
            return type_of(path)
        case Unary("not", _, _):
            return BOOLEAN
        case Unary(_, operand, _):
            return type_in(operand, type_of)
        case Binary(sign, left, right, _):
            if sign in _COMPARING or sign in _LOGIC:
                return BOOLEAN
            return _of_sum(type_in(left, type_of), sign, type_in(right, type_of))
        case Apply(name, parts, _):
            gives = FUNCTIONS[name].gives
            values = parts[1:] if name == "if" else parts
            if gives != ANY:
                return gives
            found = _common(type_in(part, type_of) for part in values)
            return None if found == LIST and name in ("min", "max") else found
        case Items(_):
            return LIST


def _of_sum(a: str | None, sign: str, b: str | None) -> str | None:
    found = (gives for (x, s, y), gives in _SUMS.items() if s == sign and _fit((a, b), (x, y)))
    return _common(found)


def _common(types: Iterable[str | None]) -> str | None:
    found = set(types)
    return found.pop() if len(found) == 1 else None


def _of_literal(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER
