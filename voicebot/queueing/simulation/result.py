"""Figures of a simulated run, each with its sampling error by batch means."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voicebot.queueing.simulation.run import Served

BATCHES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean, and its standard error."""

    value: float
    error: float

    def agrees(self, other: float, *, sigmas: float = 4.0, slack: float = 0.0) -> bool:
        """Within sampling error of `other`; `slack` is allowed besides."""
        return abs(self.value - other) <= sigmas * self.error + slack


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one run, by the names of a staffing table."""

    service_level: Figure
    """Answered within the time, of all callers who were taken."""
    asa_s: Figure
    """Mean wait of those answered."""
    abandoned: Figure
    occupancy: float
    callers: int


def measure(callers: Sequence[Served], *, agents: int, within_s: float, ended_ms: int) -> Measured:
    """The figures of a run. The first tenth, in which the queue fills up, does not count."""
    taken = sorted((c for c in callers if not c.turned_away), key=lambda c: c.joined_ms)
    busy_ms = sum(c.handling_ms for c in callers)
    steady = taken[len(taken) // 10 :]
    answered = [c for c in steady if c.agent]
    return Measured(
        _figure(steady, lambda c: bool(c.agent) and c.wait_ms <= 1000 * within_s),
        _figure(answered, lambda c: c.wait_ms / 1000),
        _figure(steady, lambda c: c.abandoned),
        busy_ms / max(1, agents * ended_ms),
        len(callers),
    )


def _figure(callers: Sequence[Served], of: Callable[[Served], float]) -> Figure:
    values = [float(of(caller)) for caller in callers]
    if len(values) < BATCHES:
        return Figure(sum(values) / max(1, len(values)), math.inf)
    size = len(values) // BATCHES
    means = [sum(values[n * size : (n + 1) * size]) / size for n in range(BATCHES)]
    middle = sum(means) / BATCHES
    spread = sum((mean - middle) ** 2 for mean in means) / (BATCHES - 1)
    return Figure(sum(values) / len(values), math.sqrt(spread / BATCHES))
