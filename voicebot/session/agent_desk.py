"""What agents, and supervisors for them, say by whichever door: console, API, star code.

asked ─▶ may it be now? ─▶ the directory, at once ─▶ the audit log
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from voicebot.core.audit import Act, Audit
from voicebot.core.errors import EngineError, VoicebotError
from voicebot.core.queueing import AgentState, PauseReason, WrapUp
from voicebot.core.staffing import CHOSEN_REASONS, Operation, Wanted
from voicebot.queueing.router import Router
from voicebot.queueing.snapshot import Agent

log = logging.getLogger(__name__)


class StaffRefused(VoicebotError):
    """It cannot be now; `code` says why, in kebab-case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Staff(Protocol):
    """What is asked of the directory. Every method raises `KeyError` for a strange agent."""

    @property
    def router(self) -> Router: ...

    def log_in(self, name: str, *, by: str) -> Agent: ...

    def log_out(self, name: str, *, by: str) -> Agent: ...

    def pause(self, name: str, reason: PauseReason, *, by: str) -> Agent: ...

    def resume(self, name: str, *, by: str) -> Agent: ...

    def end_wrap_up(self, name: str, *, by: str) -> bool: ...

    def extend_wrap_up(self, name: str, by_ms: int) -> bool: ...

    def reject(self, name: str) -> bool: ...


class AgentDesk:
    """One a node, used on its event loop."""

    def __init__(self, staff: Staff, audit: Audit) -> None:
        self._staff, self._audit = staff, audit
        self._steps: Mapping[Operation, Callable[[str, Wanted, str], None]] = {
            Operation.LOG_IN: self._log_in,
            Operation.LOG_OUT: self._log_out,
            Operation.PAUSE: self._pause,
            Operation.RESUME: self._resume,
            Operation.END_WRAP_UP: self._end_wrap_up,
            Operation.EXTEND_WRAP_UP: self._extend_wrap_up,
            Operation.REJECT: self._reject,
        }

    def agent(self, name: str) -> Agent:
        """How things stand. Raises `StaffRefused` for an agent who is not known."""
        try:
            return self._staff.router.agents[name]
        except KeyError:
            raise StaffRefused("no-such-agent", "there is no agent of this name") from None

    def agents(self) -> tuple[Agent, ...]:
        """All of them, by name."""
        return tuple(sorted(self._staff.router.agents.values(), key=lambda agent: agent.name))

    async def do(self, name: str, wanted: Wanted, *, by: str, door: str) -> Agent:
        """Carry it out; the agent afterwards. What cannot be at once, as there is a caller, comes
        about when it can. Raises `StaffRefused`, and notes down that, too."""
        detail = {"reason": wanted.reason.value} if wanted.reason else {}
        try:
            self.agent(name)
            self._steps[wanted.operation](name, wanted, by)
        except StaffRefused as refused:
            await self._note(name, wanted, by, door, detail, refused.code)
            raise
        agent = self.agent(name)
        await self._note(name, wanted, by, door, {**detail, "state": agent.state.value}, "done")
        return agent

    async def _note(
        self, name: str, wanted: Wanted, by: str, door: str, detail: dict[str, str], outcome: str
    ) -> None:
        action = f"agent.{wanted.operation}"
        try:
            await self._audit.note(Act(by, door, action, name, detail, outcome))
        except EngineError as error:
            # The database is away: agents must be able to come and go all the same.
            fields = {"action": action, "agent": name, "by": by, "outcome": outcome}
            log.error("not in the audit log", extra={**fields, "reason": str(error)})

    def _log_in(self, name: str, _wanted: Wanted, by: str) -> None:
        self._staff.log_in(name, by=by)

    def _log_out(self, name: str, _wanted: Wanted, by: str) -> None:
        self._at_work(name)
        self._staff.log_out(name, by=by)

    def _pause(self, name: str, wanted: Wanted, by: str) -> None:
        self._at_work(name)
        reason = wanted.reason or PauseReason.BREAK
        if reason not in CHOSEN_REASONS:
            raise StaffRefused("systems-reason", f"{reason} is a pause that only the system makes")
        self._staff.pause(name, reason, by=by)

    def _resume(self, name: str, _wanted: Wanted, by: str) -> None:
        self._at_work(name)
        if self.agent(name).pause is None:
            raise StaffRefused("not-paused", "there is no pause to end")
        self._staff.resume(name, by=by)

    def _end_wrap_up(self, name: str, _wanted: Wanted, by: str) -> None:
        agent = self._wrapping(name)
        queue = self._staff.router.queues.get(agent.queue)
        if not self._staff.end_wrap_up(name, by=by):
            timed = queue is not None and queue.wrap_up is WrapUp.TIMED
            code = "timed-wrap-up" if timed else "no-wrap-up"
            raise StaffRefused(code, "the wrap-up of this queue lasts its time")

    def _extend_wrap_up(self, name: str, wanted: Wanted, _by: str) -> None:
        self._wrapping(name)
        if wanted.by_ms <= 0 or not self._staff.extend_wrap_up(name, wanted.by_ms):
            raise StaffRefused("wrap-up-cap", "this wrap-up is as long as it may be")

    def _reject(self, name: str, _wanted: Wanted, _by: str) -> None:
        if not self._staff.reject(name):
            raise StaffRefused("not-ringing", "no phone rings for a caller of this node")

    def _at_work(self, name: str) -> Agent:
        agent = self.agent(name)
        if agent.state is AgentState.OFFLINE:
            raise StaffRefused("not-logged-in", "log in first")
        return agent

    def _wrapping(self, name: str) -> Agent:
        agent = self.agent(name)
        if agent.state is not AgentState.WRAP_UP:
            raise StaffRefused("no-wrap-up", "there is no wrap-up just now")
        return agent
