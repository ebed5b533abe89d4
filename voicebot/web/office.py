"""What the console knows of agents, joined for the handlers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from voicebot.core.audit import Audit, AuditEntry
from voicebot.core.call_context import CallContext, context_of
from voicebot.core.queueing import AgentState, WrapUp
from voicebot.core.record import Cdr
from voicebot.core.staffing import Disposition
from voicebot.queueing.snapshot import Agent
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.directory import Directory
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.store.query import CallFilter
from voicebot.web.errors import ApiError
from voicebot.web.live_contexts import LiveContexts
from voicebot.web.ports import Calls
from voicebot.web.settings import DeskSettings
from voicebot.web.wait_errors import WaitErrors


class Dispositions(Protocol):
    """Keeps what agents say became of their contacts; blocks. Raises `EngineError`."""

    def put(self, disposition: Disposition) -> None: ...

    def of(self, call: str) -> tuple[Disposition, ...]: ...


class AuditTrail(Audit, Protocol):
    """The audit log, to be read, too; blocks. Raises `EngineError`."""

    def entries(
        self, *, limit: int = 100, before: int | None = None, target: str = ""
    ) -> tuple[AuditEntry, ...]: ...

    def broken_at(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Office:
    """One a node."""

    desk: AgentDesk
    supervisors: SupervisorDesk
    directory: Directory
    calls: Calls
    dispositions: Dispositions
    audit: AuditTrail
    settings: DeskSettings = field(default_factory=DeskSettings)
    contexts: LiveContexts = field(default_factory=LiveContexts)
    wait_errors: WaitErrors = field(default_factory=WaitErrors)

    def call_of(self, agent: Agent) -> str:
        """Id of the call that an agent is offered, has, or had just now; empty for none."""
        entry = self.directory.router.entries.get(agent.call)
        return entry.call or entry.id if entry is not None else agent.call

    def talk_of(self, agent: Agent) -> dict[str, bool] | None:
        """What an agent has done to the caller they talk to at this node, as JSON."""
        talk = self.directory.talks.of_agent(agent.name)
        return {"held": talk.contact.holds, "muted": talk.contact.muted} if talk else None

    def view(self, agent: Agent) -> dict[str, Any]:
        """An agent as JSON."""
        directory = self.directory
        now_ms = directory.now_ms()
        spec, wraps = agent.spec, agent.state is AgentState.WRAP_UP
        return {
            "name": agent.name,
            "state": agent.state.value,
            "since": _ago(directory.dispatcher.time.in_state_ms(agent, now_ms)),
            "pause": agent.pause.value if agent.pause else None,
            "pause_until": _at(agent.paused_until_ms, now_ms),
            "leaves": agent.leaves,
            "queues": list(spec.queues),
            "queue": agent.queue,
            "call": self.call_of(agent) or None,
            "calls": agent.calls,
            "talk": self.talk_of(agent),
            "unanswered": agent.rna,
            "wrap_up": self._wrap_up(agent, now_ms) if wraps else None,
        }

    def _wrap_up(self, agent: Agent, now_ms: int) -> dict[str, Any]:
        queue = self.directory.router.queues.get(agent.queue)
        mode = queue.wrap_up if queue is not None else WrapUp.OPTIONAL
        return {
            "mode": mode.value,
            "until": _at(agent.wraps_until_ms, now_ms),
            "until_at_most": _at(agent.wrap_cap_ms, now_ms),
            "may_end": mode is not WrapUp.TIMED,
            "may_extend": (agent.wraps_until_ms or 0) < agent.wrap_cap_ms,
        }

    async def context(self, call: str) -> CallContext:
        """Of a call that runs or has ended. Raises `ApiError` where there is none."""
        live = self.contexts.get(call)
        if live is not None:
            return live
        found = context_of(await asyncio.to_thread(self.calls.facts, call))
        if found is None:
            raise ApiError(404, "no-such-call", "there is no call with this id")
        return found

    async def earlier(self, context: CallContext) -> tuple[Cdr, ...]:
        """The caller's calls before, youngest first; none for one without a number."""
        most = self.settings.earlier_calls
        if not context.caller or not most:
            return ()
        wanted = CallFilter(caller=context.caller, until=context.began, limit=most)
        page = await asyncio.to_thread(self.calls.list, wanted)
        return tuple(cdr for cdr in page.calls if cdr.call != context.call)


def _ago(past_ms: int) -> str:
    return _second(datetime.now(UTC) - timedelta(milliseconds=past_ms))


def _at(time_ms: int | None, now_ms: int) -> str | None:
    if time_ms is None:
        return None
    return _second(datetime.now(UTC) + timedelta(milliseconds=time_ms - now_ms))


def _second(moment: datetime) -> str:
    """To the second, or it would look changed each time it is reckoned."""
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
