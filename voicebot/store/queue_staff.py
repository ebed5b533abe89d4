"""What agents do between calls: at work, on a pause, done with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select

from voicebot.core.queueing import AgentState, PauseReason, WrapUp
from voicebot.queueing import shift
from voicebot.queueing.snapshot import Agent
from voicebot.store.queue_base import QueueBase
from voicebot.store.queue_desk import SYSTEM, Desk
from voicebot.store.queue_tables import agent_history, agents


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An agent came, went or paused."""

    time_ms: int
    state: AgentState
    pause: PauseReason | None
    by: str
    """Who wanted it: the agent, a supervisor, or `system`."""


class Staff(QueueBase):
    """`by` is who wants it, for the history. Every method raises `KeyError` for an agent who is not
    known. What cannot be at once, as the agent has a caller, comes about when it can."""

    def agent(self, name: str) -> Agent:
        """How things stand with an agent."""
        with self._desk() as desk:
            return desk.agent(name)

    def log_in(self, name: str, *, by: str) -> Agent:
        """At work from now on."""
        return self._change(name, by, lambda agent, now_ms: shift.logged_in(agent, now_ms))

    def log_out(self, name: str, *, by: str) -> Agent:
        """Gone, after the caller there may be."""
        return self._change(
            name, by, lambda agent, now_ms: shift.settled(replace(agent, leaves=True), now_ms)
        )

    def pause(self, name: str, reason: PauseReason, *, by: str) -> Agent:
        """No calls, after the one there may be."""
        return self._change(name, by, lambda agent, now_ms: shift.paused(agent, reason, now_ms))

    def resume(self, name: str, *, by: str) -> Agent:
        """Calls again; takes back a pause that has not begun."""
        return self._change(name, by, lambda agent, now_ms: shift.resumed(agent, now_ms))

    def lift(self, name: str, reason: PauseReason) -> Agent:
        """A pause of the system's own is over; one that the agent chose meanwhile stays."""
        return self._change(name, SYSTEM, lambda agent, now_ms: shift.lifted(agent, reason, now_ms))

    def end_wrap_up(self, name: str, *, by: str) -> bool:
        """The agent is done. False where the queue's wrap-up has a set time, or there is none."""
        with self._desk() as desk:
            agent = desk.agent(name)
            if agent.state is not AgentState.WRAP_UP:
                return False
            if desk.queue_of(agent).wrap_up is WrapUp.TIMED:
                return False
            desk.wrapped(agent, desk.now_ms, by=by)
            return True

    def extend_wrap_up(self, name: str, by_ms: int) -> bool:
        """The agent needs longer; up to the queue's cap."""
        with self._desk() as desk:
            agent = desk.agent(name)
            if agent.state is not AgentState.WRAP_UP or agent.wraps_until_ms is None:
                return False
            until_ms = min(agent.wrap_cap_ms, agent.wraps_until_ms + by_ms)
            desk.put(agent, replace(agent, wraps_until_ms=until_ms))
            return until_ms > agent.wraps_until_ms

    def tick(self) -> tuple[str, ...]:
        """What ends by itself ends: wrap-up, and pauses that have a time. Gives the agents whom
        it concerned."""
        table = agents.c
        query = (
            select(table.name)
            .where(
                (table.wraps_until_ms.is_not(None) & (table.state == AgentState.WRAP_UP.value))
                | (table.paused_until_ms.is_not(None) & (table.state == AgentState.PAUSED.value))
            )
            .order_by(table.name)
        )
        with self._desk() as desk:
            names = [n for n in desk.connection.execute(query).scalars() if n in self.agents]
        return tuple(name for name in names if self._tick(name))

    def tick_agent(self, name: str) -> bool:
        """The same for one agent."""
        return self._tick(name)

    def history(self, name: str, *, since_ms: int = 0) -> tuple[HistoryLine, ...]:
        """When an agent came, went and paused, oldest first."""
        table = agent_history.c
        query = (
            select(agent_history)
            .where(table.agent == name, table.time_ms >= since_ms)
            .order_by(table.id)
        )
        with self._desk() as desk:
            rows = desk.connection.execute(query).mappings().all()
        return tuple(
            HistoryLine(
                row["time_ms"],
                AgentState(row["state"]),
                PauseReason(row["pause"]) if row["pause"] else None,
                row["by"],
            )
            for row in rows
        )

    def _tick(self, name: str) -> bool:
        with self._desk() as desk:
            agent = desk.agent(name)
            if shift.wrap_up_is_over(agent, desk.now_ms):
                desk.wrapped(agent, agent.wraps_until_ms or desk.now_ms)
                return True
            return _resumed_by_time(desk, agent)

    def _change(self, name: str, by: str, change: Callable[[Agent, int], Agent]) -> Agent:
        with self._desk() as desk:
            agent = desk.agent(name)
            after = change(agent, desk.now_ms)
            desk.put(agent, after, by=by)
            return after


def _resumed_by_time(desk: Desk, agent: Agent) -> bool:
    if not shift.pause_is_over(agent, desk.now_ms):
        return False
    desk.put(agent, shift.resumed(agent, desk.now_ms))
    return True
