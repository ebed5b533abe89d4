"""What a function of expressions is, and the types that it takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NUMBER, TEXT, BOOLEAN, LIST = "a number", "text", "yes or no", "a list"
DATE, TIME, DATETIME, DURATION = "a date", "a time", "a date and time", "a duration"
ANY = "anything"


class EvaluationError(ValueError):
    """An expression that has no value with these values. Holds no value in its text."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    takes: tuple[tuple[str, ...], ...]
    """The types that each value may have; `ANY` for all."""
    gives: str
    """The type of its value; `ANY` where it is that of what it takes."""
    apply: Callable[..., Any]
    text: str
    """What it gives, for the reference."""
    optional: int = 0
    """How many of the last values may be left out."""
    is_open: bool = False
    """The last value may be given any number of times."""

    def fits(self, count: int) -> bool:
        """Whether it takes so many values."""
        least = len(self.takes) - self.optional
        return least <= count and (self.is_open or count <= len(self.takes))

    @property
    def count(self) -> str:
        """How many values it takes, in words."""
        most = len(self.takes)
        if self.is_open:
            return f"{most - self.optional} or more values"
        numbers = f"{most - self.optional} or {most}" if self.optional else f"{most}"
        return f"{numbers} value(s)"
