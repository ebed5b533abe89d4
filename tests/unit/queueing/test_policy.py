"""The routing policy: its literal cases, and what holds for every snapshot there can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, EntryState, RelaxStep, Strategy
from voicebot.queueing.policy import PRIORITY_MS, candidates, decide, in_order, rank, step_of
from voicebot.queueing.relax import compile_steps
from voicebot.queueing.snapshot import Agent, Entry, Pick, QueuePolicy, Snapshot

QUEUES = ("billing", "cards")
SKILLS = ("english", "loans")
EXPRESSIONS = ("sticky", "needs", "ring <= 1", "english >= 50", "loans and not english", "any")


def agent(name: str, *queues: str, **known: object) -> Agent:
    skills = {skill: known.pop(skill) for skill in SKILLS if skill in known}
    spec = AgentSpec(name, f"sip:{name}@127.0.0.1", queues or ("billing",), skills)  # type: ignore[arg-type]
    return replace(Agent(spec), **known)  # type: ignore[arg-type]


def by_name(agents: Iterable[Agent]) -> dict[str, Agent]:
    return {agent.name: agent for agent in agents}


def caller(name: str, queue: str = "billing", joined_ms: int = 0, **known: object) -> Entry:
    return replace(Entry(CallId(name), queue, joined_ms), **known)  # type: ignore[arg-type]


def at(now_ms: int, entries: list[Entry], agents: list[Agent], **policy: object) -> Snapshot:
    relax = policy.pop("relax", ())
    steps = compile_steps(relax)  # type: ignore[arg-type]
    queues = {q: replace(QueuePolicy(q, steps=steps), **policy) for q in QUEUES}  # type: ignore[arg-type]
    return Snapshot(now_ms, queues, tuple(entries), tuple(agents))


def pairs(now: Snapshot) -> list[tuple[str, str]]:
    return [(pick.entry, pick.agent) for pick in decide(now)]


# ---------------------------------------------------------------- literal cases


@pytest.mark.parametrize(
    ("strategy", "first"),
    [
        (Strategy.LONGEST_IDLE, "anna"),
        (Strategy.ROUND_ROBIN, "ben"),
        (Strategy.LEAST_CALLS, "carla"),
    ],
)
def test_each_strategy_has_its_own_first(strategy: Strategy, first: str) -> None:
    agents = [
        agent("anna", idle_since_ms=10, offered_ms=300, calls=5),
        agent("ben", idle_since_ms=20, offered_ms=100, calls=5),
        agent("carla", idle_since_ms=30, offered_ms=200, calls=2),
    ]
    assert pairs(at(1_000, [caller("x")], agents, strategy=strategy)) == [("x", first)]


def test_ring_all_rings_so_many_and_one_for_each_caller_first() -> None:
    agents = [agent(name, idle_since_ms=n) for n, name in enumerate("abcde")]
    now = at(1_000, [caller("x"), caller("y", joined_ms=5)], agents, strategy=Strategy.RING_ALL)
    limited = replace(now, queues={q: replace(p, ring_agents=3) for q, p in now.queues.items()})
    assert pairs(limited) == [("x", "a"), ("y", "b"), ("x", "c"), ("x", "d"), ("y", "e")]
    assert pairs(now) == [("x", "a"), ("y", "b"), ("x", "c"), ("x", "d"), ("x", "e")]


def test_ring_progressive_adds_one_phone_after_the_other() -> None:
    agents = [agent("anna", state=AgentState.RINGING), agent("ben"), agent("carla")]
    ringing = caller("x", state=EntryState.OFFERED, ringing=("anna",), offered_ms=1_000)
    progressive = {"strategy": Strategy.RING_PROGRESSIVE, "ring_next_ms": 5_000}
    assert pairs(at(5_999, [ringing], agents, **progressive)) == []
    assert pairs(at(6_000, [ringing], agents, **progressive)) == [("x", "ben")]
    assert pairs(at(11_000, [ringing], agents, **progressive)) == [("x", "ben"), ("x", "carla")]


def test_priority_is_overtaken_by_waiting() -> None:
    important = caller("vip", joined_ms=290_000, priority=1)
    patient = caller("old", joined_ms=0)
    assert pairs(at(290_000, [patient, important], [agent("anna")])) == [("vip", "anna")]
    later = caller("vip", joined_ms=PRIORITY_MS + 1, priority=1)
    assert pairs(at(900_000, [patient, later], [agent("anna")])) == [("old", "anna")]


def test_an_artificial_age_counts_for_the_order_and_not_for_the_wait() -> None:
    older, gifted = caller("x", joined_ms=0), caller("y", joined_ms=500, artificial_age_ms=1_000)
    assert pairs(at(1_000, [older, gifted], [agent("anna")])) == [("y", "anna")]
    assert gifted.waited_ms(1_000) == 500


def test_the_agent_just_tried_is_not_first_again_unless_alone() -> None:
    tried = caller("x", tried=("ben", "anna"))
    assert pairs(at(9, [tried], [agent("anna"), agent("ben", idle_since_ms=5)])) == [("x", "ben")]
    assert pairs(at(9, [tried], [agent("anna")])) == [("x", "anna")]


def test_an_agent_of_several_queues_takes_the_first_caller_of_all() -> None:
    both = agent("ben", "billing", "cards")
    first, second = caller("x", "cards", 0), caller("y", "billing", 5)
    assert pairs(at(10, [second, first], [both])) == [("x", "ben")]


def test_the_last_agent_on_a_break_does_not_stop_distribution() -> None:
    away = agent("anna", state=AgentState.PAUSED)
    agents = [away, agent("ben", idle_since_ms=50)]
    assert pairs(at(100, [caller("x")], agents)) == [("x", "ben")]


def test_nobody_rings_who_is_offline_or_rests() -> None:
    states = [state for state in AgentState if state is not AgentState.AVAILABLE]
    agents = [agent(f"a{n}", state=state) for n, state in enumerate(states)]
    agents.append(agent("tired", rests_until_ms=101))
    assert pairs(at(100, [caller("x")], agents)) == []
    assert pairs(at(101, [caller("x")], agents)) == [("x", "tired")]


# ---------------------------------------------------------------- relaxation

STICKY = [RelaxStep("sticky", 20), RelaxStep("needs and ring <= 1", 30), RelaxStep("any")]


def test_the_known_agent_is_waited_for_and_then_anybody_serves() -> None:
    known = caller("x", preferred=("anna",))
    agents = [agent("anna", state=AgentState.BUSY), agent("ben")]
    assert pairs(at(19_999, [known], agents, relax=STICKY)) == []
    assert pairs(at(20_000, [known], agents, relax=STICKY)) == [("x", "ben")]


@pytest.mark.parametrize("state", [AgentState.OFFLINE, AgentState.PAUSED])
def test_a_known_agent_who_is_not_there_is_not_waited_for(state: AgentState) -> None:
    agents = [agent("anna", state=state), agent("ben")]
    now = at(0, [caller("x", preferred=("anna",))], agents, relax=STICKY)
    assert pairs(now) == [("x", "ben")]


def test_skills_are_given_up_step_by_step_and_steps_accumulate() -> None:
    wants = caller("x", skills={"english": 80})
    good, fair = agent("good", english=90, idle_since_ms=9), agent("fair", english=40)
    relax = [RelaxStep("needs", 30), RelaxStep("english", 30), RelaxStep("any")]
    assert pairs(at(0, [wants], [good, fair], relax=relax)) == [("x", "good")]
    busy = replace(good, state=AgentState.BUSY)
    assert pairs(at(29_999, [wants], [busy, fair], relax=relax)) == []
    assert pairs(at(30_000, [wants], [busy, fair], relax=relax)) == [("x", "fair")]
    # Who was let in first stays in.
    both = at(30_000, [wants], [good, fair], relax=relax)
    assert {a.name for a in candidates(both, wants, by_name(both.agents))} == {"good", "fair"}


def test_a_step_that_nobody_at_work_satisfies_is_skipped_at_once() -> None:
    wants = caller("x", skills={"loans": 50})
    relax = [RelaxStep("needs", 300), RelaxStep("any")]
    assert pairs(at(0, [wants], [agent("ben", english=80)], relax=relax)) == [("x", "ben")]


def test_time_runs_on_while_a_phone_rings() -> None:
    """A silent match does not freeze the caller: after the failed offer the next step is open."""
    relax = [RelaxStep("english", 30), RelaxStep("any")]
    back = caller("x", tried=("good",))
    good = agent("good", english=90, rests_until_ms=60_000)
    assert pairs(at(31_000, [back], [good, agent("ben")], relax=relax)) == [("x", "ben")]


def test_overflow_is_a_step() -> None:
    relax = [RelaxStep("any", 60), RelaxStep("serves cards")]
    own, other = agent("own", state=AgentState.BUSY), agent("other", "cards")
    assert pairs(at(59_999, [caller("x")], [own, other], relax=relax)) == []
    assert pairs(at(60_000, [caller("x")], [own, other], relax=relax)) == [("x", "other")]


# ---------------------------------------------------------------- whatever the snapshot

LEVELS = st.integers(0, 100)


@st.composite
def agents_of(draw: st.DrawFn) -> list[Agent]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        queues = draw(st.sampled_from([("billing",), ("cards",), QUEUES]))
        skills = draw(st.dictionaries(st.sampled_from(SKILLS), LEVELS))
        rings = draw(st.dictionaries(st.sampled_from(QUEUES), st.integers(1, 3)))
        spec = AgentSpec(f"agent{number}", "sip:a@127.0.0.1", queues, skills, rings)
        found.append(
            Agent(
                spec,
                draw(st.sampled_from(AgentState)),
                idle_since_ms=draw(st.integers(0, 3)),
                offered_ms=draw(st.integers(-1, 3)),
                calls=draw(st.integers(0, 3)),
                rests_until_ms=draw(st.sampled_from([0, 0, 2_000_000])),
            )
        )
    return found


@st.composite
def entries_of(draw: st.DrawFn) -> list[Entry]:
    names = [f"agent{n}" for n in range(6)]
    return [
        Entry(
            CallId(f"call{number}"),
            draw(st.sampled_from(QUEUES)),
            draw(st.integers(0, 1_000_000)),
            priority=draw(st.integers(-1, 3)),
            artificial_age_ms=draw(st.sampled_from([0, 0, 60_000])),
            skills=draw(st.dictionaries(st.sampled_from(SKILLS), LEVELS, max_size=1)),
            preferred=tuple(draw(st.lists(st.sampled_from(names), max_size=1))),
            tried=tuple(draw(st.lists(st.sampled_from(names), max_size=2))),
            step=draw(st.integers(0, 1)),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    step = st.builds(RelaxStep, st.sampled_from(EXPRESSIONS), st.integers(0, 900))
    queues = {
        name: QueuePolicy(
            name,
            draw(st.sampled_from(Strategy)),
            compile_steps(draw(st.lists(step, max_size=3))),
            draw(st.integers(0, 1)),
            draw(st.integers(0, 3)),
        )
        for name in QUEUES
    }
    agents, entries = draw(agents_of()), draw(entries_of())
    return Snapshot(draw(st.integers(1_000_000, 1_900_000)), queues, tuple(entries), tuple(agents))


@settings(max_examples=80)
@given(snapshots())
def test_no_agent_is_offered_twice_and_only_free_ones_are(now: Snapshot) -> None:
    picked = [pick.agent for pick in decide(now)]
    assert len(picked) == len(set(picked))
    agents = by_name(now.agents)
    assert all(agents[name].may_ring(now.now_ms) for name in picked)


@settings(max_examples=80)
@given(snapshots(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_picks_however_arranged(
    now: Snapshot, random: object
) -> None:
    entries, agents = list(now.entries), list(now.agents)
    random.shuffle(entries)  # type: ignore[attr-defined]
    random.shuffle(agents)  # type: ignore[attr-defined]
    assert decide(replace(now, entries=tuple(entries), agents=tuple(agents))) == decide(now)


@settings(max_examples=80)
@given(snapshots())
def test_nobody_is_skipped_for_a_later_one_whom_the_same_agent_serves(now: Snapshot) -> None:
    picks, order = decide(now), in_order(now)
    served = {pick.entry for pick in picks}
    places = {entry.id: place for place, entry in enumerate(order)}
    agents = by_name(now.agents)
    for entry in order:
        if entry.id in served:
            continue
        mine = {agent.name for agent in candidates(now, entry, agents)}
        for pick in picks:
            assert pick.agent not in mine or places[pick.entry] < places[entry.id]


@settings(max_examples=80)
@given(snapshots())
def test_no_free_agent_is_left_while_somebody_waits_whom_they_may_take(now: Snapshot) -> None:
    picks = decide(now)
    served, taken = {pick.entry for pick in picks}, {pick.agent for pick in picks}
    left = [a for a in now.agents if a.may_ring(now.now_ms) and a.name not in taken]
    for entry in now.entries:
        if entry.id not in served:
            assert candidates(now, entry, by_name(left)) == []


@settings(max_examples=80)
@given(snapshots(), st.integers(0, 3_600_000))
def test_a_place_only_gets_better_with_waiting(now: Snapshot, longer_ms: int) -> None:
    """Monotone in wait: whoever is ahead stays ahead, and a longer wait never moves one back."""
    later = replace(now, now_ms=now.now_ms + longer_ms)
    assert [e.id for e in in_order(later)] == [e.id for e in in_order(now)]
    for entry in now.entries:
        queue = now.queues[entry.queue]
        older = replace(entry, joined_ms=entry.joined_ms - longer_ms)
        assert rank(older, queue) <= rank(entry, queue)


@settings(max_examples=80)
@given(snapshots(), st.integers(0, 3_600_000), st.integers(0, 5))
def test_relaxing_never_shrinks_who_may_serve(now: Snapshot, longer_ms: int, gone: int) -> None:
    """Neither with time nor when agents come and go: the step that was reached is kept."""
    for entry in now.entries:
        before = {a.name for a in candidates(now, entry, by_name(now.agents))}
        kept = replace(entry, step=step_of(now, entry))
        agents = tuple(
            replace(a, state=AgentState.OFFLINE) if n == gone else replace(a)
            for n, a in enumerate(now.agents)
        )
        later = replace(now, now_ms=now.now_ms + longer_ms, agents=agents)
        assert before <= {a.name for a in candidates(later, kept, by_name(agents))}


@settings(max_examples=80)
@given(snapshots())
def test_nobody_starves(now: Snapshot) -> None:
    """Whatever the priorities, one who waits long enough is first: newcomers do not pass."""
    for entry in now.entries:
        queue = now.queues[entry.queue]
        most = max(e.priority + now.queues[e.queue].priority for e in now.entries)
        bound_ms = (most - entry.priority - queue.priority) * PRIORITY_MS + 60_001
        newcomer = Entry(CallId("new"), "cards", entry.joined_ms + bound_ms, priority=most - 1)
        for place in ("billing", "cards"):
            other = replace(newcomer, queue=place, artificial_age_ms=60_000)
            if other.priority + now.queues[place].priority > most:
                continue
            assert rank(entry, queue) < rank(other, now.queues[place])


def test_a_place_in_a_queue_of_two_gets_picks_of_its_own() -> None:
    assert decide(at(1, [], [agent("anna")])) == ()
    assert decide(at(1, [caller("x")], [agent("anna")])) == (Pick(CallId("x"), "anna"),)
