"""How guesses of menus did: hits and seconds of callers who were asked, against the control group.

A fold over the `guessed` facts of calls: the first of a call says what was guessed and for which
arm, the second what the caller chose, and how long after the menu had begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from voicebot.core.record import Fact, FactKind


@dataclass(slots=True)
class GuessFigures:
    """One arm of one menu."""

    node: str
    arm: str
    """`asked` or `control`."""
    calls: int = 0
    """Calls in which something was guessed."""
    hits: int = 0
    """Chosen was what had been guessed, asked or not."""
    misses: int = 0
    """Another choice."""
    left: int = 0
    """A person or something else was asked for; who hung up is in none of the three."""
    took_ms: list[int] = field(default_factory=list)
    """From the beginning of the menu to a choice."""

    @property
    def hit_rate(self) -> float | None:
        """Hits by calls; None without calls."""
        return self.hits / self.calls if self.calls else None

    @property
    def seconds(self) -> float | None:
        """Median time to a choice; None where nobody chose."""
        return median(self.took_ms) / 1000 if self.took_ms else None


def guesses(facts: Iterable[Fact]) -> list[GuessFigures]:
    """Figures by menu and arm, in that order; `facts` are those of any number of calls."""
    found: dict[tuple[str, str], GuessFigures] = {}
    for fact in facts:
        if fact.kind is FactKind.GUESSED:
            key = str(fact.data["node"]), str(fact.data["arm"])
            _count(found.setdefault(key, GuessFigures(*key)), fact)
    return [found[key] for key in sorted(found)]


def _count(figures: GuessFigures, fact: Fact) -> None:
    match fact.data["outcome"]:
        case "open":
            figures.calls += 1
        case "hit":
            figures.hits += 1
        case "miss":
            figures.misses += 1
        case _:
            figures.left += 1
    if fact.data["outcome"] in ("hit", "miss"):
        figures.took_ms.append(int(fact.data["took_ms"]))
