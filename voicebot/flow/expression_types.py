"""What can be told of an expression's types before any call: sums of words, numbers that are
compared with text. Values that nodes set are of any type; slots and literals have theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from voicebot.core.meaning import SlotType
from voicebot.flow.expressions import Apply, Binary, Items, Literal, Name, Tree, Unary

NUMBER, TEXT, BOOLEAN, LIST = "a number", "text", "yes or no", "a list"
TypeOf = Callable[[str], str | None]
"""The type of a name; None where only a call can tell."""

_OF_SLOT = {
    SlotType.NUMBER: NUMBER,
    SlotType.MONEY: NUMBER,
    SlotType.DURATION: NUMBER,
    SlotType.YES_NO: BOOLEAN,
}
_OF_FUNCTION = {"len": NUMBER, "defined": BOOLEAN, "number": NUMBER, "text": TEXT}
_OF_FUNCTION |= {"last": TEXT, "lower": TEXT}
_ORDER, _LOGIC = ("<", "<=", ">", ">="), ("and", "or", "==", "!=", "in")


def of_slot(slot_type: SlotType) -> str:
    """The type that a slot has in expressions."""
    return _OF_SLOT.get(slot_type, TEXT)


def mismatches(tree: Tree, type_of: TypeOf) -> Iterator[str]:
    """What cannot be right, in words."""
    match tree:
        case Unary(sign, operand):
            yield from mismatches(operand, type_of)
            if sign == "-" and type_in(operand, type_of) not in (NUMBER, None):
                yield f"- needs a number, not {type_in(operand, type_of)}"
        case Binary(sign, left, right):
            yield from mismatches(left, type_of)
            yield from mismatches(right, type_of)
            yield from _between(sign, type_in(left, type_of), type_in(right, type_of))
        case Apply(_, parts) | Items(parts):
            for part in parts:
                yield from mismatches(part, type_of)
        case _:
            return


def _between(sign: str, left: str | None, right: str | None) -> Iterator[str]:
    known = {kind for kind in (left, right) if kind is not None}
    if sign in ("-", "*", "/") and known - {NUMBER}:
        yield f"{sign} needs two numbers, not {' and '.join(sorted(known))}"
    elif sign == "+" and (len(known) > 1 or known - {NUMBER, TEXT}):
        yield f"+ needs two numbers or two texts, not {' and '.join(sorted(known))}"
    elif sign in (*_ORDER, "==", "!=") and len(known) > 1:
        yield f"{sign} compares {left} with {right}"
    elif sign == "in" and right in (NUMBER, BOOLEAN):
        yield f"`in` needs a list or text on its right, not {right}"


def type_in(tree: Tree, type_of: TypeOf) -> str | None:
    """The type of an expression's value; None where only a call can tell."""
    match tree:
        case Literal(value):
            return _of_literal(value)
        case Name(path):
            return type_of(path)
        case Unary(sign, _):
            return BOOLEAN if sign == "not" else NUMBER
        case Binary("+", left, right):
            return type_in(left, type_of) or type_in(right, type_of)
        case Binary(sign, _, _):
            return BOOLEAN if sign in (*_ORDER, *_LOGIC) else NUMBER
        case Apply(function, _):
            return _OF_FUNCTION.get(function)
        case Items(_):
            return LIST


def _of_literal(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER
