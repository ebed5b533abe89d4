"""What a log may not show: callers' numbers, names, words and keys."""

from __future__ import annotations

from dataclasses import dataclass

HIDDEN = "[personal]"


@dataclass(frozen=True, slots=True, repr=False)
class Personal:
    """A personal value as the field of a log record: `extra={"caller": Personal(number)}`.

    However it is put into words, it stays hidden; only a formatter that was told to show it reads
    `value`.
    """

    value: object

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__
