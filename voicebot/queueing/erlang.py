"""How many agents a load wants: Erlang C, where everybody waits, and Erlang A, where callers hang
up when their patience is over.

Calls come at random (Poisson), handling times are exponential; A = calls/s × handling time is the
load in erlangs. For Erlang A patience is exponential, too: M/M/n+M after C. Palm; the waiting time
of a caller who finds j waiting is a sum of exponential times of rates nμ, nμ+θ, …, nμ+jθ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_AGENTS = 5_000
_SMALL = 1e-14
_HUGE = 1e200


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in."""

    calls_per_s: float
    handling_s: float
    patience_s: float | None = None
    """Mean; None: nobody hangs up (Erlang C)."""

    @property
    def erlangs(self) -> float:
        """Agents that would be busy all the time."""
        return self.calls_per_s * self.handling_s


@dataclass(frozen=True, slots=True)
class Staffing:
    """How so many agents do."""

    agents: int
    waits: float
    """Part of the callers who wait at all."""
    service_level: float
    """Part of all callers who are answered within the time."""
    asa_s: float
    """Mean wait of those answered."""
    occupancy: float
    """Part of their time that agents have a caller, wrap-up included."""
    abandoned: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached."""

    service_level: float
    within_s: float
    most_occupancy: float = 1.0
    shrinkage: float = 0.0
    """Part of their paid time in which agents take no calls."""

    def rostered(self, agents: int) -> int:
        """Agents to be paid so that so many take calls."""
        return math.ceil(round(agents / (1 - self.shrinkage), 9))


def staff(load: Load, agents: int, within_s: float) -> Staffing:
    """How so many agents do. Raises `ValueError` where the queue would grow without end."""
    if load.patience_s is None:
        return _erlang_c(load, agents, within_s)
    return _erlang_a(load, agents, within_s, 1 / load.patience_s)


def needed(load: Load, target: Target) -> Staffing:
    """The fewest agents who reach the target. Raises `ValueError` where nobody can."""
    least = 1 if load.patience_s is not None else math.floor(load.erlangs) + 1
    for agents in range(max(1, least), MOST_AGENTS):
        found = staff(load, agents, target.within_s)
        busy_enough = found.occupancy <= target.most_occupancy
        if found.service_level >= target.service_level and busy_enough:
            return found
    raise ValueError(f"no {MOST_AGENTS} agents reach this")


def _erlang_c(load: Load, agents: int, within_s: float) -> Staffing:
    erlangs = load.erlangs
    if agents <= erlangs:
        raise ValueError(f"{agents} agents do not suffice for {erlangs:g} erlangs")
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    waits = blocked / (1 - erlangs / agents * (1 - blocked))
    spare = agents - erlangs
    late = waits * math.exp(-spare * within_s / load.handling_s)
    asa_s = waits * load.handling_s / spare
    return Staffing(agents, waits, 1 - late, asa_s, erlangs / agents)


def _erlang_a(load: Load, agents: int, within_s: float, theta: float) -> Staffing:
    """Sums over j, the number of callers who wait already when one more comes."""
    busy = agents / load.handling_s
    below, states = _states(load, agents, theta)
    waits = sum(states)
    level = _Beta(busy / theta + 1, math.exp(-theta * within_s))
    in_time = answered = waited_s = passed_s = 0.0
    for j, found in enumerate(states):
        passed_s += 1 / (busy + (j + 1) * theta)
        stays = found * busy / (busy + (j + 1) * theta)
        answered += stays
        waited_s += stays * passed_s
        in_time += stays * (1 - level.next())
    served = below + answered
    return Staffing(
        agents,
        waits,
        below + in_time,
        waited_s / served,
        load.erlangs * served / agents,
        1 - served,
    )


def _states(load: Load, agents: int, theta: float) -> tuple[float, list[float]]:
    """How likely an agent is free, and how likely all are busy with j callers waiting."""
    # Weights relative to the state in which all agents are busy and nobody waits.
    below, weight = 0.0, 1.0
    for n in range(agents, 0, -1):
        weight *= n / load.erlangs
        below += weight
        if below > _HUGE:
            return 1.0, []
    weights, weight, busy = [1.0], 1.0, agents / load.handling_s
    while weight > _SMALL * (below + sum(weights[-1:])) or len(weights) < load.erlangs - agents:
        weight *= load.calls_per_s / (busy + len(weights) * theta)
        weights.append(weight)
    total = below + sum(weights)
    return below / total, [weight / total for weight in weights]


class _Beta:
    """The regularized incomplete beta function I_x(a, m) for m = 1, 2, 3, …"""

    def __init__(self, a: float, x: float) -> None:
        self._a, self._x, self._m = a, x, 0
        self._term = math.exp(a * math.log(x)) if x > 0 else 0.0
        self._sum = 0.0

    def next(self) -> float:
        self._sum += self._term
        self._m += 1
        self._term *= (1 - self._x) * (self._a + self._m - 1) / self._m
        return min(1.0, self._sum)
