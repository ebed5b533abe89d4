"""How long agents were in each state: what occupancy is made from, and what they see of themselves.

occupancy = (busy + hold + wrap_up) / (that + available)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from voicebot.core.queueing import AgentState
from voicebot.queueing.snapshot import Agent


class AgentTime:
    """Adds up; to be told whenever something may have changed."""

    def __init__(self) -> None:
        self._spent_ms: Counter[AgentState] = Counter()
        self._in_state: Counter[AgentState] = Counter()
        """How many agents."""
        self._seen: dict[str, Agent] = {}
        self._state_of: dict[str, AgentState] = {}
        self._began_ms: dict[str, int] = {}
        self._since_ms = 0

    def note(self, agents: Mapping[str, Agent], now_ms: int) -> None:
        """From now on agents, by name, are in these states."""
        self._pass(now_ms)
        seen = self._seen
        for name, agent in agents.items():
            if seen.get(name) is not agent:
                seen[name] = agent
                self._note(name, agent.state, now_ms)

    def _note(self, name: str, state: AgentState, now_ms: int) -> None:
        before = self._state_of.get(name)
        if before is state:
            return
        if before is not None:
            self._in_state[before] -= 1
        self._in_state[state] += 1
        self._state_of[name], self._began_ms[name] = state, now_ms

    def in_state_ms(self, agent: Agent, now_ms: int) -> int:
        """How long an agent has been in the present state, as far as that is known here."""
        if self._state_of.get(agent.name) is not agent.state:
            return 0
        return max(0, now_ms - self._began_ms[agent.name])

    def spent_ms(self, now_ms: int) -> Counter[AgentState]:
        """Up to now, of all agents together."""
        self._pass(now_ms)
        return Counter(self._spent_ms)

    def _pass(self, now_ms: int) -> None:
        passed_ms = max(0, now_ms - self._since_ms)
        for state, count in self._in_state.items():
            self._spent_ms[state] += count * passed_ms
        self._since_ms = now_ms


def occupancy(spent_ms: Counter[AgentState]) -> float | None:
    """The part of their time at work that agents had a caller or wrapped up; None without any."""
    busy_ms = sum(spent_ms[s] for s in (AgentState.BUSY, AgentState.HOLD, AgentState.WRAP_UP))
    whole_ms = busy_ms + spent_ms[AgentState.AVAILABLE]
    return busy_ms / whole_ms if whole_ms else None
