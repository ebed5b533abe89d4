"""Settings of understanding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NluSettings:
    """How utterances are interpreted."""

    hypotheses: int = 5
    """How many readings of an utterance are looked at."""
    scopes: int = 256
    """How many nodes' compiled expectations are kept."""
    close: float = 0.8
    """A second best of at least this part of the best one's confidence is a runner-up."""
