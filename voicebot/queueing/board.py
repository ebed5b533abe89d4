"""What one node knows of queues: places, agents, and what the policy sees of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, Closure, EntryState, QueueSpec
from voicebot.queueing import policy
from voicebot.queueing.estimate import RECENT
from voicebot.queueing.relax import Reach, compile_steps
from voicebot.queueing.sharing import ALONE, Offer, Share
from voicebot.queueing.snapshot import Agent, Entry, QueuePolicy, Snapshot

RINGING = (AgentState.RESERVED, AgentState.RINGING)
TALKING = (AgentState.BUSY, AgentState.HOLD)


class Board:
    """The base of all that a `Router` does."""

    def __init__(
        self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec], share: Share = ALONE
    ) -> None:
        self.share = share
        """Is told of all that is done here."""
        self.queues = {queue.name: queue for queue in queues}
        self._policies = {queue.name: policy_of(queue) for queue in self.queues.values()}
        self.agents = {agent.name: Agent(agent) for agent in agents}
        self.entries: dict[CallId, Entry] = {}
        self.closed: dict[str, Closure] = {}
        """Queues that take no further callers."""
        self.calling_back: set[CallId] = set()
        """Callbacks whose customers this node rings: an agent is left free for each."""
        self._reach: dict[CallId, Reach] = {}
        """Whom the steps let in, by place."""
        self._joined = 0
        self._contacts: dict[str, deque[int]] = {q: deque(maxlen=RECENT) for q in self.queues}
        """Talk, hold and wrap-up of the latest contacts by queue, in ms."""
        self._answered_ms: dict[str, int] = {}
        """When each agent's present contact was answered."""

    def snapshot(self, now_ms: int) -> Snapshot:
        """All of it, as the policy sees it; of callbacks only those whose customer rings."""
        away = EntryState.CALLBACK
        competing = [e for e in self.entries.values() if e.state is not away or self._rings(e)]
        return self._snapshot(now_ms, tuple(competing))

    def _snapshot(self, now_ms: int, entries: tuple[Entry, ...]) -> Snapshot:
        return Snapshot(now_ms, self._policies, entries, tuple(self.agents.values()), self._reach)

    def _rings(self, callback: Entry) -> bool:
        return callback.id in self.calling_back

    def waiting(self, queue: str) -> list[Entry]:
        """Entries of the queue that no phone rings for, the next one first."""
        entries = [
            e for e in self.entries.values() if e.queue == queue and e.state is EntryState.WAITING
        ]
        return sorted(entries, key=lambda e: policy.rank(e, self._policies[queue]))

    def _serving(self, queue: str) -> Iterable[Agent]:
        return (agent for agent in self.agents.values() if queue in agent.spec.queues)

    def _of(self, offer: Offer) -> Agent | None:
        """The agent, as long as the offer counts."""
        agent = self.agents.get(offer.agent.name)
        return agent if agent is not None and agent.token == offer.token else None

    def _forget(self, place: CallId) -> None:
        del self.entries[place]
        self._reach.pop(place, None)


def policy_of(queue: QueueSpec) -> QueuePolicy:
    """What the policy needs to know of a queue. Raises `relax.ExpressionError`."""
    return QueuePolicy(
        queue.name,
        queue.strategy,
        compile_steps(queue.relax),
        queue.priority,
        queue.ring_agents,
        queue.ring_next_ms,
        queue.max_wait_ms,
    )
