"""Waiting callers and agents: first come first served, longest-idle agent first.

Nobody loses a place: an entry keeps its time of joining through every failed offer, and the agent
who was just tried in vain is not tried first again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, OfferOutcome, QueueSpec, QueueStatus

BACK_OFF_MS = {
    OfferOutcome.NO_ANSWER: 5_000,
    OfferOutcome.BUSY: 60_000,
    OfferOutcome.REJECTED: 10_000,
    OfferOutcome.UNREACHABLE: 5_000,
}
"""How long an agent is left alone after an offer that failed."""


@dataclass(slots=True)
class Entry:
    """A waiting caller."""

    call: CallId
    queue: str
    joined_ms: int
    order: int
    """Breaks ties of `joined_ms`: first come first."""
    agent: str = ""
    """The agent it is offered to or bridged with; empty while waiting."""
    tried: list[str] = field(default_factory=list)
    """Agents who were offered this call in vain, the latest last."""


@dataclass(slots=True)
class Agent:
    """An agent's present state."""

    spec: AgentSpec
    state: AgentState = AgentState.AVAILABLE
    free_at_ms: int = 0
    """Available again from here (wrap-up or back-off)."""
    idle_since_ms: int = 0
    offered_at_ms: int = 0
    """When the last call was offered."""

    def is_free(self, now_ms: int) -> bool:
        """May be offered a call now."""
        return self.state is AgentState.AVAILABLE and now_ms >= self.free_at_ms


@dataclass(frozen=True, slots=True)
class Offer:
    """A call on its way to an agent."""

    call: CallId
    queue: str
    agent: AgentSpec


class Switchboard:
    """The queues of one node."""

    def __init__(self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec]) -> None:
        self.queues = {queue.name: queue for queue in queues}
        self.agents = {agent.name: Agent(agent) for agent in agents}
        self._entries: dict[CallId, Entry] = {}
        self._joined = 0
        self._contacts = 0
        """Contacts that ended, from their offer to the end of wrap-up."""
        self._contacts_ms = 0

    def staffed(self, queue: str) -> bool:
        """Some agent of the queue is logged in."""
        return any(
            queue in agent.spec.queues and agent.state is not AgentState.OFFLINE
            for agent in self.agents.values()
        )

    def waiting(self, queue: str) -> list[Entry]:
        """Entries of the queue that no agent has, in order."""
        found = [e for e in self._entries.values() if e.queue == queue and not e.agent]
        return sorted(found, key=_seniority)

    def is_full(self, queue: str) -> bool:
        """No further caller is taken."""
        return len(self.waiting(queue)) >= self.queues[queue].max_length

    def status(self, queue: str, now_ms: int) -> QueueStatus:
        """How things stand; all zero for a queue that is not known."""
        if queue not in self.queues:
            return QueueStatus()
        agents = [agent for agent in self.agents.values() if queue in agent.spec.queues]
        waited = [now_ms - entry.joined_ms for entry in self.waiting(queue)]
        staffed = sum(agent.state is not AgentState.OFFLINE for agent in agents)
        available = sum(agent.is_free(now_ms) for agent in agents)
        return QueueStatus(
            staffed=staffed,
            available=available,
            waiting=len(waited),
            longest_wait_ms=max(waited, default=None),
            expected_wait_ms=self._expected_wait_ms(len(waited) - available, staffed),
            full=self.is_full(queue),
        )

    def _expected_wait_ms(self, ahead: int, staffed: int) -> int | None:
        """Until an agent is free for one more, by how long contacts took on this node so far;
        `ahead` callers come first who have no agent yet."""
        if ahead < 0:
            return 0
        if not staffed or not self._contacts:
            return None
        return round(self._contacts_ms / self._contacts * (ahead + 1) / staffed)

    def join(self, call: CallId, queue: str, now_ms: int) -> Entry:
        """Take a caller in, at the end."""
        self._joined += 1
        entry = Entry(call, queue, now_ms, self._joined)
        self._entries[call] = entry
        return entry

    def position(self, call: CallId) -> int:
        """1 for the next; 0 for one who is being offered or bridged."""
        entry = self._entries[call]
        line = self.waiting(entry.queue)
        return line.index(entry) + 1 if entry in line else 0

    def claim(self, call: CallId, now_ms: int) -> Offer | None:
        """An agent for this caller, if it is this caller's turn for one; reserves the agent."""
        entry = self._entries[call]
        for agent in self._candidates(entry, now_ms):
            if self._next_for(agent) is entry:
                entry.agent = agent.spec.name
                agent.state, agent.offered_at_ms = AgentState.RINGING, now_ms
                return Offer(call, entry.queue, agent.spec)
        return None

    def failed(self, offer: Offer, outcome: OfferOutcome, now_ms: int) -> None:
        """The offer came to nothing: the caller waits on, in place."""
        agent = self.agents[offer.agent.name]
        agent.state = AgentState.AVAILABLE
        agent.free_at_ms = now_ms + BACK_OFF_MS.get(outcome, 0)
        if (entry := self._entries.get(offer.call)) is not None:
            entry.agent = ""
            entry.tried.append(offer.agent.name)

    def answered(self, offer: Offer) -> None:
        """The agent took the call."""
        self.agents[offer.agent.name].state = AgentState.BUSY

    def released(self, offer: Offer, now_ms: int) -> None:
        """The agent's contact is over; wrap-up begins."""
        agent = self.agents[offer.agent.name]
        agent.state = AgentState.AVAILABLE
        agent.free_at_ms = now_ms + self.queues[offer.queue].wrap_up_ms
        agent.idle_since_ms = agent.free_at_ms
        self._contacts += 1
        self._contacts_ms += agent.free_at_ms - agent.offered_at_ms

    def leave(self, call: CallId) -> None:
        """The caller is out of the queue; harmless if not in one."""
        self._entries.pop(call, None)

    def _candidates(self, entry: Entry, now_ms: int) -> list[Agent]:
        free = [
            agent
            for agent in self.agents.values()
            if entry.queue in agent.spec.queues and agent.is_free(now_ms)
        ]
        return sorted(free, key=lambda agent: (_last_try(entry, agent), agent.idle_since_ms))

    def _next_for(self, agent: Agent) -> Entry:
        """The longest waiting caller over all of the agent's queues."""
        return min((e for q in agent.spec.queues for e in self.waiting(q)), key=_seniority)


def _seniority(entry: Entry) -> tuple[int, int]:
    return entry.joined_ms, entry.order


def _last_try(entry: Entry, agent: Agent) -> int:
    """0 for an agent not tried yet, more the later the last try was."""
    name = agent.spec.name
    return len(entry.tried) - entry.tried[::-1].index(name) if name in entry.tried else 0
