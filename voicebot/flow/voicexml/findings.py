"""What an operator should know of a translation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    """How much it matters."""

    NOTE = "note"
    """Kept in another way that callers hardly notice."""
    CHANGED = "changed"
    """Callers notice: look at it."""
    LOST = "lost"
    """Not kept: the flow needs a hand here."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is not as it was."""

    file: str
    line: int
    weight: Weight
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        tail = f" ({self.remedy})" if self.remedy else ""
        return f"{self.file}:{self.line}: {self.weight} {self.what}{tail}"


@dataclass(slots=True)
class Findings:
    """Those of one document, each once."""

    file: str
    all: dict[Finding, None] = field(default_factory=dict)

    def note(self, line: int, what: str, remedy: str = "") -> None:
        """Kept in another way."""
        self._add(line, Weight.NOTE, what, remedy)

    def changed(self, line: int, what: str, remedy: str = "") -> None:
        """Callers notice."""
        self._add(line, Weight.CHANGED, what, remedy)

    def lost(self, line: int, what: str, remedy: str = "") -> None:
        """Not kept."""
        self._add(line, Weight.LOST, what, remedy)

    def _add(self, line: int, weight: Weight, what: str, remedy: str) -> None:
        self.all[Finding(self.file, line, weight, what, remedy)] = None
