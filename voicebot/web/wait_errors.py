"""By how much announced waits were wrong, of the latest callers who were answered."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind

LATEST = 50
"""Announcements that count, by queue."""


@dataclass(frozen=True, slots=True)
class WaitError:
    """Of one queue."""

    mean_ms: int
    """Of the differences without their signs."""
    count: int
    """How many announcements it is the mean of."""


class WaitErrors:
    """Folds the feed of facts; implements `observe.follow.Taker`."""

    def __init__(self) -> None:
        self._told: dict[CallId, list[tuple[int, int]]] = {}
        """When a wait was announced, and how long, by call that waits; in ms."""
        self._errors: dict[str, deque[int]] = {}

    def of(self, queue: str) -> WaitError | None:
        """None where nobody was told anything who was answered then."""
        errors = self._errors.get(queue)
        return WaitError(round(sum(errors) / len(errors)), len(errors)) if errors else None

    def take(self, fact: Fact) -> None:
        """One fact more."""
        match fact.kind:
            case FactKind.ANNOUNCED if fact.data.get("expected_ms") is not None:
                told = (fact.at_ms, int(fact.data["expected_ms"]))
                self._told.setdefault(fact.call, []).append(told)
            case FactKind.BRIDGED:
                errors = self._errors.setdefault(str(fact.data["queue"]), deque(maxlen=LATEST))
                for at_ms, expected_ms in self._told.pop(fact.call, ()):
                    errors.append(abs(fact.at_ms - at_ms - expected_ms))
            case FactKind.LEFT_QUEUE | FactKind.ENDED:
                self._told.pop(fact.call, None)

    def missed(self) -> None:
        """Facts are missing: what is half known is forgotten."""
        self._told.clear()
