"""What supervisors do, and agents with their own talks, by whichever door: console, API, star code.

asked ─▶ is it theirs, may it be now? ─▶ the talk or the directory, at once ─▶ the audit log
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import suppress

from voicebot.core.access import Permission
from voicebot.core.audit import Act, Audit
from voicebot.core.call import CallId
from voicebot.core.errors import EngineError, VoicebotError
from voicebot.core.transfers import Supervision, Target, TargetKind, TransferMode
from voicebot.queueing.snapshot import Entry
from voicebot.session.dialed_leg import SUPERVISOR_RINGS_MS, DialedLeg
from voicebot.session.directory import Directory, TransferRefused, Waiter
from voicebot.session.far_end import FarEnd
from voicebot.session.supervising import Supervising
from voicebot.session.talk import Talk

log = logging.getLogger(__name__)

SUPERVISES = {
    Permission.LISTEN: Supervision.LISTEN,
    Permission.WHISPER: Supervision.WHISPER,
    Permission.BARGE: Supervision.BARGE,
    Permission.TAKE_OVER: Supervision.TAKE_OVER,
}
"""What a permission lets somebody do in a talk."""
NO_PHONE = "the hotline knows no phone of yours: set `address` under [[agents]]"
STEPS = {
    **{step: f"call.transfer.{step}" for step in ("complete", "conference", "take_back")},
    **{step: f"call.{step}" for step in ("hold", "resume", "mute", "unmute")},
}
"""What may be done in a talk, as the audit log has it; the first three to a transfer under way."""


class SupervisionRefused(VoicebotError):
    """It cannot be now, or is not theirs; `code` says why, in kebab-case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SupervisorDesk:
    """One a node, used on its event loop. `queues` are those of whoever asks; empty for all."""

    def __init__(self, directory: Directory, audit: Audit) -> None:
        self.directory, self._audit = directory, audit

    # ------------------------------------------------------------ talks

    def talk(self, call: str, queues: Collection[str] = ()) -> Talk:
        """The talk of a call, by the beginning of its id. Raises `SupervisionRefused`."""
        found = self.directory.talks.of_call(call)
        if found is None or (queues and found.queue not in queues):
            raise SupervisionRefused("no-such-talk", "nobody talks to a caller under this id")
        return found

    def talk_of_agent(self, number: str, queues: Collection[str] = ()) -> Talk:
        """The talk of the agent with a number. Raises `SupervisionRefused`."""
        agents = self.directory.router.agents.values()
        names = [agent.name for agent in agents if agent.spec.number == number]
        for name in names if number else ():
            talk = self.directory.talks.of_agent(name)
            if talk is not None and (not queues or talk.queue in queues):
                return talk
        raise SupervisionRefused("no-such-talk", "this agent talks to nobody")

    async def hand_over(
        self, talk: Talk, target: Target, mode: TransferMode, *, by: str, door: str
    ) -> None:
        """Send a caller on. Raises `SupervisionRefused`."""
        number = target.kind is TargetKind.NUMBER
        detail = {"to": target.kind.value if number else str(target), "mode": mode.value}
        try:
            talk.hand_over(target, mode, by=by)
        except TransferRefused as refused:
            await self._note(by, door, "call.transfer", talk.context.id, detail, "not-possible")
            raise SupervisionRefused("not-possible", str(refused)) from None
        await self._note(by, door, "call.transfer", talk.context.id, detail)

    async def step(self, talk: Talk, step: str, *, by: str, door: str) -> None:
        """One of `STEPS`. Raises `SupervisionRefused`."""
        try:
            getattr(talk, step)()
        except TransferRefused as refused:
            await self._note(by, door, STEPS[step], talk.context.id, outcome="not-possible")
            raise SupervisionRefused("not-possible", str(refused)) from None
        await self._note(by, door, STEPS[step], talk.context.id)

    async def supervise(
        self,
        talk: Talk,
        how: Supervision,
        permissions: Collection[Permission],
        *,
        by: str,
        door: str,
        phone: FarEnd | str,
    ) -> Supervising:
        """Take part in a talk by a phone that is on the line already, or by one that is called now.
        Whoever takes part already changes how. Raises `SupervisionRefused`."""
        may = [SUPERVISES[one] for one in permissions if one in SUPERVISES]
        detail = {"how": how.value, "agent": talk.agent}
        if how not in may:
            await self._note(by, door, "call.supervise", talk.context.id, detail, "not-permitted")
            raise SupervisionRefused("not-permitted", f"it takes the permission {how}")
        present = next((one for one in talk.supervisors if one.name == by), None)
        if present is not None and isinstance(phone, str):
            present.switch(how, talk.agent)
        else:
            far_end = self._called(talk, phone) if isinstance(phone, str) else phone
            present = talk.supervise(by, far_end, how, may)
        await self._note(by, door, "call.supervise", talk.context.id, detail)
        return present

    async def leave(self, talk: Talk, *, by: str, door: str) -> None:
        """Take part no more. Raises `SupervisionRefused`."""
        present = next((one for one in talk.supervisors if one.name == by), None)
        if present is None:
            raise SupervisionRefused("not-there", "you take no part in this talk")
        await present.far_end.hang_up()
        await self._note(by, door, "call.supervise.end", talk.context.id)

    def _called(self, talk: Talk, address: str) -> DialedLeg:
        context = talk.context
        if not address:
            raise SupervisionRefused("no-phone", NO_PHONE)
        if not context.services.dialable(address):
            raise SupervisionRefused("not-possible", "calls may not go there")
        return DialedLeg(context, address, SUPERVISOR_RINGS_MS, role="supervisor")

    # ------------------------------------------------------------ queues

    async def pull(
        self, call: str, target: Target, *, by: str, door: str, queues: Collection[str] = ()
    ) -> None:
        """Send a caller elsewhere: who waits to an agent, another queue or back to the flow; who
        talks as an agent would, blind. Raises `SupervisionRefused`."""
        talk = self._talk_of(call, queues)
        if talk is not None:
            await self.hand_over(talk, target, TransferMode.BLIND, by=by, door=door)
            return
        entry = self.entry(call, queues)
        await self._pull(entry, lambda waiter: waiter.send(target), str(target), by, door)

    async def pull_to_phone(
        self,
        call: str,
        permissions: Collection[Permission],
        *,
        by: str,
        door: str,
        phone: FarEnd | str,
        queues: Collection[str] = (),
    ) -> None:
        """Have a caller on one's own phone: one who waits, or one who talks, whose agent is out
        then. Raises `SupervisionRefused`."""
        talk = self._talk_of(call, queues)
        if talk is not None:
            how = Supervision.TAKE_OVER
            await self.supervise(talk, how, permissions, by=by, door=door, phone=phone)
            return
        entry = self.entry(call, queues)
        if Permission.TAKE_OVER not in permissions:
            target, detail = entry.call or entry.id, {"to": "phone", "queue": entry.queue}
            await self._note(by, door, "queue.pull", target, detail, "not-permitted")
            raise SupervisionRefused("not-permitted", "it takes the permission take_over")
        if not phone:
            raise SupervisionRefused("no-phone", NO_PHONE)
        await self._pull(entry, lambda waiter: waiter.call_to(by, phone), "phone", by, door)

    def longest_waiting(self, queues: Collection[str] = ()) -> Entry:
        """Of the callers who wait on this node and are not offered to anybody just now. Raises
        `SupervisionRefused`."""
        entries = self.directory.router.entries.values()
        mine = [e for e in entries if e.call in self.directory.waits and e.state == "waiting"]
        found = [entry for entry in mine if not queues or entry.queue in queues]
        if not found:
            raise SupervisionRefused("no-such-place", "nobody waits")
        return min(found, key=lambda entry: (entry.joined_ms, entry.id))

    async def _pull(
        self, entry: Entry, send: Callable[[Waiter], None], to: str, by: str, door: str
    ) -> None:
        call, detail = entry.call or entry.id, {"to": to, "queue": entry.queue}
        try:
            send(self.directory.waiter(call))
        except TransferRefused as refused:
            await self._note(by, door, "queue.pull", call, detail, "not-possible")
            raise SupervisionRefused("not-possible", str(refused)) from None
        await self._note(by, door, "queue.pull", call, detail)

    def _talk_of(self, call: str, queues: Collection[str]) -> Talk | None:
        try:
            return self.talk(call, queues)
        except SupervisionRefused:
            return None

    async def reprioritize(
        self,
        call: str,
        *,
        priority: int | None,
        age_ms: int,
        by: str,
        door: str,
        queues: Collection[str] = (),
    ) -> None:
        """Another priority, or as if the caller had waited longer; the wait that is reported stays
        true. Raises `SupervisionRefused`."""
        entry = self.entry(call, queues)
        self.directory.reprioritize(entry.id, priority=priority, age_ms=age_ms)
        detail = {"priority": str(priority), "age_ms": str(age_ms), "queue": entry.queue}
        await self._note(by, door, "queue.reprioritize", entry.call or entry.id, detail)

    async def set_closed(
        self, queue: str, *, closed: bool, by: str, door: str, queues: Collection[str] = ()
    ) -> None:
        """Close a queue to further callers, or open it again; who waits goes on waiting. Raises
        `SupervisionRefused`."""
        known = self.directory.router.queues
        if queue not in known or (queues and queue not in queues):
            raise SupervisionRefused("no-such-queue", "there is no queue of this name")
        self.directory.set_closed(queue, closed=closed, by=by)
        await self._note(by, door, "queue.close" if closed else "queue.open", queue)

    def entry(self, call: str, queues: Collection[str]) -> Entry:
        """The place of a waiting caller, by the beginning of the call's id. Raises
        `SupervisionRefused`."""
        found = [
            entry
            for entry in self.directory.router.entries.values()
            if (entry.call or entry.id).startswith(call)
            and (not queues or entry.queue in queues)
            and entry.state in ("waiting", "offered")
        ]
        if len(found) != 1:
            raise SupervisionRefused("no-such-place", "nobody waits under this id")
        return found[0]

    # ------------------------------------------------------------ the audit log

    async def _note(
        self,
        by: str,
        door: str,
        action: str,
        target: str | CallId,
        detail: dict[str, str] | None = None,
        outcome: str = "done",
    ) -> None:
        fields = {"action": action, "target": target, "by": by, "outcome": outcome}
        log.info("supervision", extra=fields)
        with suppress(EngineError):
            await self._audit.note(Act(by, door, action, target, detail or {}, outcome))
            return
        # The database is away: the log has it at least.
        log.error("not in the audit log", extra=fields)
