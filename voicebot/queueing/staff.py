"""What agents do between calls. Every method raises `KeyError` for an agent who is not known."""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.queueing import AgentState, PauseReason, WrapUp
from voicebot.queueing import shift
from voicebot.queueing.contacts import Contacts


class Staff(Contacts):
    """At work, on a pause, done with a contact. `by` is who wants it, for the history."""

    def log_in(self, name: str, now_ms: int, *, by: str = "") -> None:
        """The agent is at work. Raises `KeyError` for one who is not known."""
        self.agents[name] = shift.logged_in(self.agents[name], now_ms)
        self.share.logged_in(name, by)

    def log_out(self, name: str, now_ms: int, *, by: str = "") -> None:
        """The agent goes, after the caller there may be. Raises `KeyError`."""
        self.agents[name] = shift.settled(replace(self.agents[name], leaves=True), now_ms)
        self.share.logged_out(name, by)

    def pause(self, name: str, reason: PauseReason, now_ms: int, *, by: str = "") -> None:
        """No calls, after the one there may be. Raises `KeyError`."""
        self.agents[name] = shift.paused(self.agents[name], reason, now_ms)
        self.share.paused(name, reason, by)

    def resume(self, name: str, now_ms: int, *, by: str = "") -> None:
        """Calls again; takes back a pause that has not begun. Raises `KeyError`."""
        self.agents[name] = shift.resumed(self.agents[name], now_ms)
        self.share.resumed(name, by)

    def lift(self, name: str, reason: PauseReason, now_ms: int) -> None:
        """The system takes back a pause of its own; one that the agent chose meanwhile stays.
        Raises `KeyError`."""
        before = self.agents[name]
        self.agents[name] = shift.lifted(before, reason, now_ms)
        if self.agents[name] is not before:
            self.share.lifted(name, reason)

    def end_wrap_up(self, name: str, now_ms: int, *, by: str = "") -> bool:
        """The agent is done. False where the queue's wrap-up has a set time, or there is none.
        Raises `KeyError`."""
        agent = self.agents[name]
        if agent.state is not AgentState.WRAP_UP:
            return False
        if self.queues[agent.queue].wrap_up is WrapUp.TIMED:
            return False
        self._wrapped(agent, now_ms)
        self.share.wrap_up_ended(agent, by)
        return True

    def extend_wrap_up(self, name: str, by_ms: int) -> bool:
        """The agent needs longer; up to the queue's cap. Raises `KeyError`."""
        agent = self.agents[name]
        if agent.state is not AgentState.WRAP_UP or agent.wraps_until_ms is None:
            return False
        until_ms = min(agent.wrap_cap_ms, agent.wraps_until_ms + by_ms)
        self.agents[name] = replace(agent, wraps_until_ms=until_ms)
        self.share.wrap_up_extended(agent, until_ms - agent.wraps_until_ms)
        return until_ms > agent.wraps_until_ms
