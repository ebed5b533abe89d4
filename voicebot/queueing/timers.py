"""When a decision may change though nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from voicebot.core.queueing import AgentState, EntryState, Strategy
from voicebot.queueing import policy
from voicebot.queueing.snapshot import Agent, Entry, Snapshot


def due_ms(agents: Iterable[Agent], now_ms: int, see: Callable[[], Snapshot]) -> int | None:
    """The next moment, after `now_ms`; None where there is none. `see` is asked for everything
    where that matters: who may be rung does not while there is nobody to ring."""
    agents = tuple(agents)
    times = [at_ms for agent in agents if (at_ms := _of_agent(agent)) is not None]
    if any(agent.may_ring(now_ms) for agent in agents):
        now = see()
        times += [at_ms for entry in now.entries for at_ms in _of_entry(now, entry)]
    return min((at_ms for at_ms in times if at_ms > now_ms), default=None)


def _of_agent(agent: Agent) -> int | None:
    """A wrap-up, a back-off or a pause ends."""
    match agent.state:
        case AgentState.WRAP_UP:
            return agent.wraps_until_ms
        case AgentState.AVAILABLE:
            return agent.rests_until_ms
        case AgentState.PAUSED:
            return agent.paused_until_ms
        case _:
            return None


def _of_entry(now: Snapshot, entry: Entry) -> Iterator[int]:
    """A step gives way to the next; one more phone is to ring."""
    queue = now.queues[entry.queue]
    relaxes = entry.step < len(queue.steps.steps) - 1
    if relaxes and entry.state in (EntryState.WAITING, EntryState.OFFERED):
        for _, ends_ms in queue.steps.ends(policy.reach_of(now, entry), now.present):
            if ends_ms is not None:
                yield entry.joined_ms + ends_ms
    if queue.strategy is Strategy.RING_PROGRESSIVE and entry.ringing and queue.ring_next_ms > 0:
        rung = (now.now_ms - entry.offered_ms) // queue.ring_next_ms
        yield entry.offered_ms + (rung + 1) * queue.ring_next_ms
