"""From a tree to its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.expressions.functions.function import EvaluationError
from voicebot.flow.expressions.operators import combined, negative
from voicebot.flow.expressions.tree import Apply, Binary, Items, Literal, Name, Tree, Unary

Lookup = Callable[[str], Any]


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
            return negative(evaluate(operand, lookup))
        case Binary("and", left, right):
            return bool(evaluate(left, lookup)) and bool(evaluate(right, lookup))
        case Binary("or", left, right):
            return bool(evaluate(left, lookup)) or bool(evaluate(right, lookup))
        case Binary(sign, left, right):
            return combined(sign, evaluate(left, lookup), evaluate(right, lookup))
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
