"""Agents whose desk is gone: an open event stream of their own is its sign of life.

the last stream closes ─▶ grace ─▶ paused as `lagged` (a call goes on to its end) ─▶ back ─▶ resumed
"""

from __future__ import annotations

import asyncio
from collections import Counter

from voicebot.core.queueing import AgentState, PauseReason
from voicebot.web.office import Office

SYSTEM = "system"


class DeskWatch:
    """One a node, used on its event loop."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._open: Counter[str] = Counter()
        self._due: dict[str, asyncio.TimerHandle] = {}

    def opened(self, agent: str) -> None:
        """A desk of the agent's own is there."""
        self._open[agent] += 1
        if due := self._due.pop(agent, None):
            due.cancel()
        if self._office.desk.agent(agent).pause is PauseReason.LAGGED:
            self._office.directory.lift(agent, PauseReason.LAGGED)

    def closed(self, agent: str) -> None:
        """It is gone, for now or for good."""
        self._open[agent] -= 1
        after_s = self._office.settings.lagged_after_s
        if after_s and not self._open[agent]:
            loop = asyncio.get_running_loop()
            self._due[agent] = loop.call_later(after_s, self._lost, agent)

    def stop(self) -> None:
        """The hotline stops: nobody is paused for that."""
        for due in self._due.values():
            due.cancel()
        self._due.clear()

    def _lost(self, agent: str) -> None:
        del self._due[agent]
        now = self._office.desk.agent(agent)
        if now.state is not AgentState.OFFLINE and now.pause is None and not now.leaves:
            self._office.directory.pause(agent, PauseReason.LAGGED, by=SYSTEM)
