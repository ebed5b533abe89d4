"""Results go from process to process: packed by position, not by name."""

from __future__ import annotations

import copyreg
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T", bound=type)


def packed(cls: T) -> T:
    """A dataclass of several fields that is pickled as the arguments it is made of: thousands of
    results take half the time that names and states would."""
    values = attrgetter(*(field.name for field in fields(cls)))

    def reduced(one: Any) -> tuple[T, tuple[Any, ...]]:
        return cls, values(one)

    copyreg.pickle(cls, reduced)
    return cls
