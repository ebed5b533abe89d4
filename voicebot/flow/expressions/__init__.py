"""Expressions of branch, set and http nodes: small, safe, and checked when the flow is loaded.

    balance >= amount and payee in ["water", "power"]
    not defined(account) or len(account) != 6

Literals: numbers, "text" or 'text', true, false, null, [lists]. Names may have dots
(`body.balance`). Operators, loosest first: or, and, not, comparison (== != < <= > >= in), + -,
* /, unary -. Functions: see `functions/`. A value that is missing is null; a comparison with null
is false, except `== null` and `!= null`. Dates, times and durations are values of their own:
`day < today + days(3)`, `now - began > minutes(5)`. Anything else that does not fit raises
`EvaluationError` and the flow takes its error path. A Pratt parser; nothing is ever given to
Python's `eval`.
"""

from __future__ import annotations

from voicebot.flow.expressions.evaluating import evaluate
from voicebot.flow.expressions.functions.function import EvaluationError
from voicebot.flow.expressions.operators import as_moment, kind_of
from voicebot.flow.expressions.reading import parse
from voicebot.flow.expressions.tree import (
    Apply,
    Binary,
    ExpressionError,
    Items,
    Literal,
    Name,
    Tree,
    Unary,
    names,
)

__all__ = [
    "Apply",
    "Binary",
    "EvaluationError",
    "ExpressionError",
    "Items",
    "Literal",
    "Name",
    "Tree",
    "Unary",
    "as_moment",
    "evaluate",
    "kind_of",
    "names",
    "parse",
]
