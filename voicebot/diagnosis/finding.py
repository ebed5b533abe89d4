"""What a rule finds, and how it proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voicebot.core.errors import Severity
from voicebot.core.record import Fact


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that shows it, or a measure of the recording."""

    at_ms: int
    """In the call."""
    text: str
    """For people."""
    seq: int | None = None
    """Of the fact in the journal; None for a measure."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that went wrong."""

    rule: str
    """Stable and short, in kebab-case."""
    at_ms: int
    """In the call."""
    node: str
    """Where the flow was; empty before it began."""
    severity: Severity
    """An error spoiled something for the caller, a warning may have."""
    message: str
    remedy: str
    """What an operator can do."""
    evidence: tuple[Evidence, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rule": self.rule,
            "at_ms": self.at_ms,
            "node": self.node,
            "severity": self.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "evidence": [
                {"at_ms": one.at_ms, "text": one.text, "seq": one.seq} for one in self.evidence
            ],
        }


def shown(fact: Fact, *names: str) -> Evidence:
    """A fact with some of its values; those that are empty are left out."""
    values = [(name, fact.data.get(name)) for name in names]
    told = " ".join(f"{name}={_short(value)}" for name, value in values if value not in ("", None))
    return Evidence(fact.at_ms, f"{fact.kind} {told}".rstrip(), fact.seq)


def _short(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and " " in value else str(value)
