"""Durations as plain numbers: engines count, whoever watches them reads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

SHORT_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.5, 5.0)
"""Upper bounds, in seconds, for what a caller waits for."""


class Tally:
    """How many durations lay below each bound, and their sum. Used by one thread; read by any."""

    def __init__(self, bounds_s: Sequence[float] = SHORT_S) -> None:
        """`bounds_s`: upper bounds in seconds, rising; a last one without bound is added."""
        self.bounds_s = tuple(bounds_s)
        self.counts = [0] * (len(self.bounds_s) + 1)
        """By bound; the last is of those above all bounds."""
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        """One more duration; one below zero (a clock was set) counts as zero."""
        seconds = max(0.0, seconds)
        self.counts[bisect_left(self.bounds_s, seconds)] += 1
        self.sum_s += seconds

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)
