"""The door for star codes: who is it, may they, do it, say so.

INVITE sip:*13@ ─▶ own phone? else answer, PIN ─▶ permitted? ─▶ handler ─▶ a word ─▶ hang up
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from voicebot.core.access import permissions_of
from voicebot.core.audit import Act, Audit
from voicebot.core.errors import EngineError, LegGone, VoicebotError
from voicebot.core.ports import Leg, Voice
from voicebot.core.queueing import AgentSpec
from voicebot.session.star_codes import Dialed, StarCodes, find
from voicebot.session.star_proof import TRIES, Pins, claimed_by, owner_of
from voicebot.session.star_visit import Visit
from voicebot.session.tasks import Tasks

log = logging.getLogger(__name__)

_FORBIDDEN = 403
_DIGITS = 12
"""The longest number and PIN."""

Handler = Callable[[Visit], Awaitable[Sequence[str]]]
"""Carries out a row of the table for whoever called; gives the phrases to be said then."""


@dataclass(frozen=True, slots=True)
class StarDoor:
    """All star codes of a node."""

    codes: StarCodes
    agents: Mapping[str, AgentSpec]
    handlers: Mapping[str, Handler]
    """By the names in `TABLE`."""
    voice: Voice
    audit: Audit
    pins: Pins
    trunks: Mapping[str, str] = field(default_factory=dict)
    """Hosts by the names of the trunks whose word for a caller's identity is taken."""

    def dialed(self, leg: Leg) -> Dialed | None:
        """What a leg that rings wants of this door; None where it is a caller's. A code that
        nobody set is for agents' phones only: others may have a flow of that number."""
        dialed = find(self.codes, leg.info.called)
        if dialed is None or dialed.operation in self.handlers:
            return dialed
        return dialed if self._owner(leg) is not None else None

    async def serve(self, leg: Leg, dialed: Dialed) -> None:
        """The whole call. Raises nothing: a failure is logged, and the phone hung up."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = Tasks(group)
                try:
                    await self._serve(leg, dialed, tasks)
                finally:
                    tasks.cancel()
        except* LegGone:
            pass
        except* VoicebotError as errors:
            log.error("a star code failed", extra={"reason": str(errors.exceptions[0])})
        finally:
            with suppress(VoicebotError):
                await leg.hang_up()

    def _owner(self, leg: Leg) -> AgentSpec | None:
        return owner_of(leg.info, self.agents.values(), self.trunks)

    async def _serve(self, leg: Leg, dialed: Dialed, tasks: Tasks) -> None:
        owner = self._owner(leg)
        if owner is None and not any(agent.pin for agent in self.agents.values()):
            await self._note("unknown phone", dialed, "not-known")
            await leg.hang_up(_FORBIDDEN)
            return
        claimed = owner or claimed_by(leg.info, self.agents.values())
        await leg.answer()
        visit = Visit(leg, self.voice, tasks, claimed.language if claimed else "en")
        visit.argument = dialed.argument
        agent = owner or await self._proved(visit, claimed, dialed)
        if agent is None:
            return
        visit.agent, visit.language = agent, agent.language
        await visit.say(*await self._carried_out(visit, dialed))

    async def _carried_out(self, visit: Visit, dialed: Dialed) -> Sequence[str]:
        if dialed.operation not in self.handlers:
            return ("unknown_code",)
        agent = visit.agent
        if dialed.row.permission not in permissions_of(agent.role, agent.permissions):
            await self._note(agent.name, dialed, "not-permitted")
            return ("not_permitted",)
        try:
            return await self.handlers[dialed.operation](visit)
        except LegGone:
            raise
        except Exception:
            log.exception("a star code failed", extra={"operation": dialed.operation})
            return ("failed",)

    async def _proved(
        self, visit: Visit, claimed: AgentSpec | None, dialed: Dialed
    ) -> AgentSpec | None:
        """Who says who they are by number and PIN; None where that came to nothing."""
        for _ in range(TRIES):
            agent = claimed or await self._numbered(visit)
            pin = await visit.keyed("enter_pin", _DIGITS)
            if agent is not None and self.pins.is_locked(agent):
                await self._note(agent.name, dialed, "locked")
                await visit.say("locked")
                return None
            if agent is not None and self.pins.is_right(agent, pin):
                return agent
            await self._note(agent.name if agent else "nobody", dialed, "wrong-pin")
            await visit.say("wrong_pin")
        return None

    async def _numbered(self, visit: Visit) -> AgentSpec | None:
        number = await visit.keyed("enter_number", _DIGITS)
        numbered = (agent for agent in self.agents.values() if agent.number == number)
        return next(numbered, None) if number else None

    async def _note(self, who: str, dialed: Dialed, outcome: str) -> None:
        action = f"star.{dialed.operation or 'unknown'}"
        try:
            await self.audit.note(
                Act(who, "phone", action, dialed.argument or who, outcome=outcome)
            )
        except EngineError as error:
            log.error("not in the audit log", extra={"action": action, "reason": str(error)})
