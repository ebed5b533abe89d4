"""How many people an interval wants, and what the router makes of so many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicebot.queueing.erlang import Load, Staffing, Target, needed, staff
from voicebot.queueing.simulation.result import Measured, measure
from voicebot.queueing.simulation.run import Simulation, one_queue
from voicebot.queueing.simulation.workload import Duration, Stream

PRESETS = {"80/20": (0.80, 20.0), "95/180": (0.95, 180.0)}
"""Part answered, within so many seconds."""
SLACK = 0.002
"""Times are simulated in whole milliseconds, and the queue begins empty."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One interval's answer."""

    name: str
    load: Load
    target: Target
    erlang_c: Staffing
    erlang_a: Staffing | None
    """None where nothing is known of callers' patience."""

    @property
    def chosen(self) -> Staffing:
        """Erlang A where patience is known, else Erlang C."""
        return self.erlang_a or self.erlang_c

    @property
    def rostered(self) -> int:
        """With shrinkage."""
        return self.target.rostered(self.chosen.agents)


def plan(name: str, load: Load, target: Target) -> Plan:
    """Compute both. Raises `ValueError` where no number of agents would do."""
    endless = Load(load.calls_per_s, load.handling_s)
    with_patience = needed(load, target) if load.patience_s is not None else None
    return Plan(name, load, target, needed(endless, target), with_patience)


def around(found: Plan, *, patient: bool) -> list[Staffing]:
    """The rows of a table: three agents less to one more. `patient`: by Erlang C."""
    load = Load(found.load.calls_per_s, found.load.handling_s) if patient else found.load
    middle = (found.erlang_c if patient else found.chosen).agents
    least = int(load.erlangs) + 1 if load.patience_s is None else 1
    return [
        staff(load, agents, found.target.within_s)
        for agents in range(max(least, middle - 3), middle + 2)
    ]


@dataclass(frozen=True, slots=True)
class Check:
    """A simulation beside the formula."""

    formula: Staffing
    measured: Measured

    @property
    def agrees(self) -> bool:
        """Service level, mean wait and abandonment are within sampling error."""
        found, wanted = self.measured, self.formula
        return (
            found.service_level.agrees(wanted.service_level, slack=SLACK)
            and found.asa_s.agrees(wanted.asa_s, slack=0.05)
            and found.abandoned.agrees(wanted.abandoned, slack=SLACK)
        )


def check(
    found: Plan, *, callers: int, seed: int, progress: Callable[[int], None] = lambda come: None
) -> Check:
    """Let so many callers come to the router that serves real ones."""
    load, agents = found.load, found.chosen.agents
    patience = Duration(load.patience_s) if load.patience_s is not None else None
    stream = Stream("calls", load.calls_per_s * 3600, Duration(load.handling_s), patience)
    spec, people = one_queue(agents, stream)
    simulation = Simulation((spec,), people, (stream,), callers, seed, progress=progress)
    came = simulation.run()
    within_s, ended_ms = found.target.within_s, simulation.ended_ms
    measured = measure(came, agents=agents, within_s=within_s, ended_ms=ended_ms)
    return Check(found.chosen, measured)
