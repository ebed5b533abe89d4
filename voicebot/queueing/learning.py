"""What other nodes did to places and agents, by the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from voicebot.core.call import CallId
from voicebot.core.queueing import Closure, EntryState
from voicebot.queueing.board import TALKING, Board
from voicebot.queueing.estimate import RECENT
from voicebot.queueing.snapshot import Agent, Entry

_SERVED = (EntryState.BRIDGED, EntryState.WRAPPING)


class Learning(Board):
    """Callers of this node who talk go on talking, whatever is thought elsewhere."""

    def learn_agent(self, agent: Agent) -> None:
        """How things stand with an agent, by the store; one who talks to a caller of this node goes
        on talking, whatever is thought elsewhere."""
        known = self.agents.get(agent.name)
        if known is None:
            return
        mine = self.entries.get(known.call)
        talks = known.state in TALKING and mine is not None and mine.node == self.share.node
        if not talks or agent.call == known.call:
            self.agents[agent.name] = agent

    def learn_entry(self, entry: Entry) -> None:
        """A place as it stands by the store; a step that was reached here is kept."""
        if entry.queue not in self.queues:
            return
        known = self.entries.get(entry.id)
        if known is not None and known.node == self.share.node and known.state in _SERVED:
            return  # whoever talks here talks here
        if known is not None and (known.skills, known.preferred) != (entry.skills, entry.preferred):
            self._reach.pop(entry.id, None)
        self.entries[entry.id] = replace(entry, step=max(entry.step, known.step if known else 0))

    def learn_gone(self, place: CallId) -> None:
        """Nobody waits there any more, by the store. A caller of this node who does takes the place
        back: it was thought elsewhere that this node is dead."""
        entry = self.entries.get(place)
        if entry is not None and entry.state is EntryState.CALLBACK:
            self._forget(place)
            return
        if entry is None or entry.state not in (EntryState.WAITING, EntryState.OFFERED):
            return
        if entry.node == self.share.node != "":
            self.share.joined(entry, "")
        else:
            self._forget(place)

    def learn_closure(self, queue: str, closure: Closure | None) -> None:
        """A queue is closed, or not."""
        if closure is None:
            self.closed.pop(queue, None)
        else:
            self.closed[queue] = closure

    def learn_contacts(self, queue: str, lengths_ms: Iterable[int]) -> None:
        """Talk, hold and wrap-up of a queue's latest contacts on all nodes, the oldest first."""
        self._contacts[queue] = deque(lengths_ms, maxlen=RECENT)
