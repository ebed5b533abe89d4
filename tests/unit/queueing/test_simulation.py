"""The router under ten thousand callers, against the formulas and its own promises."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from voicebot.core.queueing import AgentSpec, QueueSpec, RelaxStep, Strategy
from voicebot.queueing.erlang import Load, staff
from voicebot.queueing.simulation.result import Measured, measure
from voicebot.queueing.simulation.run import Phones, Served, Simulation, one_queue
from voicebot.queueing.simulation.workload import Duration, Shape, Stream, arrivals

CALLS_PER_HOUR = 200.0
STREAM = Stream("calls", CALLS_PER_HOUR, Duration(180))


def run(agents: int, stream: Stream, number: int, seed: int = 7) -> Measured:
    spec, people = one_queue(agents, stream)
    simulation = Simulation((spec,), people, (stream,), number, seed)
    callers = simulation.run()
    assert len(callers) == number
    return measure(callers, agents=agents, within_s=20, ended_ms=simulation.ended_ms)


@pytest.mark.parametrize("agents", [12, 13, 14, 15])
def test_the_table_of_erlang_c_within_sampling_error(agents: int) -> None:
    found, wanted = run(agents, STREAM, 10_000), staff(Load(200 / 3600, 180), agents, 20)
    assert found.service_level.agrees(wanted.service_level)
    assert found.asa_s.agrees(wanted.asa_s)
    assert found.occupancy == pytest.approx(wanted.occupancy, rel=0.05)
    assert found.abandoned.value == 0
    # The check can fail: one agent less is another result.
    other = staff(Load(200 / 3600, 180), agents - 1, 20)
    assert not found.service_level.agrees(other.service_level)


def test_erlang_a_within_sampling_error() -> None:
    stream = replace(STREAM, patience=Duration(60))
    for agents in (9, 12):
        found = run(agents, stream, 10_000)
        wanted = staff(Load(200 / 3600, 180, 60), agents, 20)
        assert found.service_level.agrees(wanted.service_level)
        assert found.asa_s.agrees(wanted.asa_s)
        assert found.abandoned.agrees(wanted.abandoned)


def test_the_same_seed_gives_the_same_callers() -> None:
    first, again = (list(arrivals([STREAM], 50, 3)) for _ in range(2))
    assert first == again
    assert first != list(arrivals([STREAM], 50, 4))
    shapes = [Duration(100, shape, 0.5) for shape in Shape]
    for shape in shapes:
        stream = replace(STREAM, handling=shape)
        times = [a.handling_ms for a in arrivals([stream], 5_000, 1)]
        assert sum(times) / len(times) == pytest.approx(100_000, rel=0.05)


# ---------------------------------------------------------------- many queues and skills


def people() -> tuple[AgentSpec, ...]:
    """Twenty agents: of one queue, of two, with and without English."""
    kinds = [("sales",), ("service",), ("sales", "service"), ("service", "loans")]
    return tuple(
        AgentSpec(
            f"agent{n:02}",
            f"sip:{n}@agents.test",
            kinds[n % 4],
            {"english": 80} if n % 3 else {},
        )
        for n in range(20)
    )


QUEUES = (
    QueueSpec("sales", wrap_up_ms=10_000, strategy=Strategy.LEAST_CALLS, max_length=10**6),
    QueueSpec(
        "service",
        wrap_up_ms=10_000,
        relax=(RelaxStep("sticky", 20), RelaxStep("needs", 60), RelaxStep("any")),
        max_length=10**6,
        max_wait_ms=10**9,
    ),
    QueueSpec("loans", wrap_up_ms=0, strategy=Strategy.ROUND_ROBIN, priority=-1, max_wait_ms=10**9),
)
STREAMS = (
    Stream("sales", 90, Duration(150, Shape.LOGNORMAL), Duration(240)),
    Stream("service", 130, Duration(170, Shape.LOGNORMAL), skills={"english": 50}),
    Stream("service", 40, Duration(170), preferred=("agent01",), priority=1),
    Stream("loans", 30, Duration(200)),
)


@pytest.fixture(scope="module")
def busy_day() -> Simulation:
    """10,000 callers of four kinds in three queues, every twentieth offer rings in vain."""
    phones = Phones(answer_ms=3_000, unanswered=0.05)
    simulation = Simulation(QUEUES, people(), STREAMS, 10_000, 5, phones)
    simulation.run()
    return simulation


def test_nobody_is_lost_and_nobody_starves(busy_day: Simulation) -> None:
    assert len(busy_day.callers) == 10_000
    assert busy_day.router.entries == {}
    patient = [c for c in busy_day.callers if c.queue != "sales"]
    assert not [c for c in patient if not c.agent]
    # A priority less is worth five minutes; whoever is passed is passed by no more than that.
    longest_ms = max(c.wait_ms for c in patient)
    usual_ms = sorted(c.wait_ms for c in patient)[len(patient) * 99 // 100]
    assert longest_ms < usual_ms + 2 * 300_000 + 180_000


def test_agents_of_several_queues_and_of_one_are_treated_alike(busy_day: Simulation) -> None:
    """Agents of the same queues and skills have the same work; those of two queues no less than
    those of one. The first agent of `service` is the one whom some callers know."""
    shares: dict[tuple[object, ...], list[int]] = {}
    for agent in people():
        calls = sum(c.agent == agent.name for c in busy_day.callers)
        if agent.name != "agent01":
            shares.setdefault((agent.queues, bool(agent.skills)), []).append(calls)
    for counts in shares.values():
        assert max(counts) < 1.15 * min(counts)
    both, one = shares[("sales", "service"), True], shares[("sales",), True]
    assert 0.8 < sum(both) / len(both) / (sum(one) / len(one)) < 1.4


def test_nobody_talks_to_two_callers_and_wrap_up_is_kept(busy_day: Simulation) -> None:
    by_agent: dict[str, list[Served]] = {}
    for caller in busy_day.callers:
        if caller.agent:
            by_agent.setdefault(caller.agent, []).append(caller)
    for calls in by_agent.values():
        calls.sort(key=lambda c: c.joined_ms + c.wait_ms)
        for before, after in pairwise(calls):
            ended_ms = before.joined_ms + before.wait_ms + before.handling_ms
            rest_ms = 0 if before.queue == "loans" else 10_000
            assert after.joined_ms + after.wait_ms >= ended_ms + rest_ms


def test_least_calls_spreads_them_evenly() -> None:
    agents = tuple(AgentSpec(f"a{n}", f"sip:{n}@x.test", ("sales",)) for n in range(5))
    queue = QueueSpec("sales", strategy=Strategy.LEAST_CALLS, wrap_up_ms=0)
    stream = Stream("sales", 60, Duration(30))
    simulation = Simulation((queue,), agents, (stream,), 1_000, 2)
    callers = simulation.run()
    counts = [sum(c.agent == a.name for c in callers) for a in agents]
    assert max(counts) - min(counts) <= 2
    assert [simulation.router.agents[a.name].calls for a in agents] == counts
