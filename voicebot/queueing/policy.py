"""Whose phone rings for whom: one pure function over a snapshot.

    places, by priority and wait ─▶ each the best free agent whom its steps allow ─▶ picks
                                    then, where several phones may ring, more agents for it

The order of places is one over all queues, so that an agent of several queues serves whoever is
first in any of them. Every place gets one phone before any gets a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voicebot.core.queueing import EntryState, Strategy
from voicebot.queueing.relax import Ask, Reach
from voicebot.queueing.snapshot import Agent, Entry, Pick, QueuePolicy, Snapshot

PRIORITY_MS = 300_000
"""One step of priority is worth so much waiting."""
SEVERAL = (Strategy.RING_ALL, Strategy.RING_PROGRESSIVE)

Rank = tuple[int, int, int, str]
_OPEN = (EntryState.WAITING, EntryState.OFFERED, EntryState.CALLBACK)


def decide(now: Snapshot) -> tuple[Pick, ...]:
    """The offers to be made now, in order. Nothing else is looked at: the same snapshot gives the
    same picks, however its entries and agents are arranged."""
    free = {agent.name: agent for agent in now.agents if agent.may_ring(now.now_ms)}
    if not free:
        return ()
    picks: list[Pick] = []
    entries = in_order(now)
    for entry in entries:
        if not free:
            break
        if _may_be_offered(now, entry):
            picks += _pick(now, entry, free, 1)
    if free and any(queue.strategy in SEVERAL for queue in now.queues.values()):
        for entry in entries:
            picks += _pick(now, entry, free, _more(now, entry, picks))
    return tuple(picks)


def _may_be_offered(now: Snapshot, entry: Entry) -> bool:
    """Not one whose time is up: a phone that rings then may be answered, no other one rings."""
    if entry.state is not EntryState.WAITING:
        return entry.state is EntryState.CALLBACK
    most_ms = now.queues[entry.queue].max_wait_ms
    return not most_ms or entry.waited_ms(now.now_ms) < most_ms


def in_order(now: Snapshot) -> list[Entry]:
    """Every place that is waiting or offered, over all queues, the next one first."""
    queues = now.queues
    entries = [entry for entry in now.entries if entry.state in _OPEN]
    entries.sort(key=lambda entry: rank(entry, queues[entry.queue]))
    return entries


def rank(entry: Entry, queue: QueuePolicy) -> Rank:
    """Smaller is sooner: priority and wait, then who joined first, then the id. Everybody's wait
    grows alike, so the order is the same at any time."""
    weight_ms = (entry.priority + queue.priority) * PRIORITY_MS
    counts_from_ms = entry.joined_ms - entry.artificial_age_ms - weight_ms
    return counts_from_ms, entry.joined_ms, entry.order, entry.id


def reach_of(now: Snapshot, entry: Entry) -> Reach:
    """Whom the steps of its queue let in for a place."""
    found = now.reach.get(entry.id)
    if found is None:
        ask = Ask(entry.queue, entry.skills, entry.preferred)
        specs = (agent.spec for agent in now.agents)
        found = now.reach[entry.id] = now.queues[entry.queue].steps.reach(ask, specs)
    return found


def step_of(now: Snapshot, entry: Entry) -> int:
    """The relaxation step that the place has reached; it never goes back."""
    steps = now.queues[entry.queue].steps
    if entry.step >= len(steps.steps) - 1:
        return entry.step
    if entry.id not in now.steps:
        waited_ms = entry.waited_ms(now.now_ms)
        reached = steps.reached(reach_of(now, entry), waited_ms, now.present)
        now.steps[entry.id] = max(entry.step, reached)
    return now.steps[entry.id]


def candidates(now: Snapshot, entry: Entry, agents: Mapping[str, Agent]) -> list[Agent]:
    """Those of the agents, by name, who may take the caller, the best first."""
    queue, let_in = now.queues[entry.queue], reach_of(now, entry).up_to
    names = let_in[min(step_of(now, entry), len(let_in) - 1)]
    allowed = [agents[name] for name in names.intersection(agents)]
    return sorted(allowed, key=lambda agent: (_tried(entry, agent), *_key(queue, agent)))


def _key(queue: QueuePolicy, agent: Agent) -> tuple[int, int, str]:
    """Smaller is better."""
    match queue.strategy:
        case Strategy.ROUND_ROBIN:
            return agent.offered_ms, 0, agent.name
        case Strategy.LEAST_CALLS:
            return agent.calls, agent.idle_since_ms, agent.name
        case _:
            return agent.idle_since_ms, 0, agent.name


def _tried(entry: Entry, agent: Agent) -> int:
    """0 for an agent not tried yet, more the later the last try was."""
    if agent.name not in entry.tried:
        return 0
    return len(entry.tried) - entry.tried[::-1].index(agent.name)


def _pick(now: Snapshot, entry: Entry, free: dict[str, Agent], count: int) -> Iterator[Pick]:
    """Take the best `count` of the free agents."""
    if count <= 0 or not free:
        return
    for agent in candidates(now, entry, free)[:count]:
        del free[agent.name]
        yield Pick(entry.id, agent.name)


def _more(now: Snapshot, entry: Entry, picks: list[Pick]) -> int:
    """How many further phones should ring for a place that has one."""
    queue = now.queues[entry.queue]
    ringing = len(entry.ringing) + sum(pick.entry == entry.id for pick in picks)
    if not ringing or queue.strategy not in SEVERAL:
        return 0
    most = queue.ring_agents or len(now.agents)
    if queue.strategy is Strategy.RING_PROGRESSIVE:
        since_ms = now.now_ms - entry.offered_ms if entry.ringing else 0
        most = min(most, 1 + since_ms // max(1, queue.ring_next_ms))
    return most - ringing
