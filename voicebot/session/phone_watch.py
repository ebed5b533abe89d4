"""Agents whose phone cannot be reached: paused until it answers.

an offer ends `unreachable` ─▶ paused as `device` ─▶ asked every few seconds ─▶ answers ─▶ resumed

A pause that the agent chose is left alone, before and after. Each node does it for all agents: what
one of them has done already does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from voicebot.core.queueing import AgentState, PauseReason
from voicebot.queueing.snapshot import Agent
from voicebot.session.directory import Directory

LOOK_S = 1.0
ASK_EVERY_S = 2.0
ASKED_AT_FIRST, MOST_ASKED = 3, 12
"""So often a phone is asked before a call is tried again, as some phones answer calls only: by each
offer in a row that did not reach it, and at most. A question and the pause after it take 5 s
where nothing answers, so that is 15 s, and a minute."""
SYSTEM = "system"

IsThere = Callable[[str], Awaitable[bool]]
"""Whether anything answers at a SIP address."""


class PhoneWatch:
    """One a node, used on its event loop."""

    def __init__(
        self, directory: Directory, is_there: IsThere, *, every_s: float = ASK_EVERY_S
    ) -> None:
        self._directory, self._is_there, self._every_s = directory, is_there, every_s
        self._missed: dict[str, int] = {}
        """Offers in a row that were known to have failed, by agent."""
        self._asked: set[str] = set()

    async def run(self) -> None:
        """Until it is canceled."""
        async with asyncio.TaskGroup() as questions:
            while True:
                for name in self.look():
                    questions.create_task(self.ask(name))
                await asyncio.sleep(LOOK_S)

    def look(self) -> tuple[str, ...]:
        """Pause whose phone was not reached; gives agents whose phones are to be asked now."""
        agents = self._directory.router.agents
        for agent in tuple(agents.values()):
            if self._failed_again(agent):
                self._directory.pause(agent.name, PauseReason.DEVICE, by=SYSTEM)
        suspects = (agent.name for agent in agents.values() if _is_suspect(agent))
        return tuple(name for name in suspects if name not in self._asked)

    def _failed_again(self, agent: Agent) -> bool:
        known = self._missed.get(agent.name, 0)
        if agent.unreachable < known:
            self._missed[agent.name] = known = agent.unreachable
        free = agent.state is AgentState.AVAILABLE and agent.pause is None
        if not free or agent.unreachable == known:
            return False
        self._missed[agent.name] = agent.unreachable
        return True

    async def ask(self, name: str) -> None:
        """Until the phone answers, or the pause is another one."""
        self._asked.add(name)
        agents = self._directory.router.agents
        try:
            for _ in range(min(MOST_ASKED, ASKED_AT_FIRST * agents[name].unreachable)):
                if not _is_suspect(agents[name]) or await self._is_there(agents[name].spec.address):
                    break
                await asyncio.sleep(self._every_s)
            self._directory.lift(name, PauseReason.DEVICE)
        finally:
            self._asked.discard(name)


def _is_suspect(agent: Agent) -> bool:
    return agent.state is AgentState.PAUSED and agent.pause is PauseReason.DEVICE
