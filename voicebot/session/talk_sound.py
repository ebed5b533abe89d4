"""Who hears whom in a talk, and what those hear meanwhile who hear nobody.

                         first line        second line
talk                     agent ⇄ caller
on hold                  agent, music for the caller
transfer, by keys        agent ⇄ target, music for the caller
…, by a second line      agent ⇄ caller    agent ⇄ target
conference               all of them
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from voicebot.core.errors import CallError
from voicebot.core.ports import Leg
from voicebot.core.transfers import TransferMode, TransferState
from voicebot.session.entertainment import Entertainment, Wanted
from voicebot.session.mixing import Mixer, edges

if TYPE_CHECKING:
    from voicebot.session.talk import Talk


class TalkSound:
    """Of one talk; to be asked every frame."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._caller = talk, talk.context.line.leg
        self._mixer = Mixer()
        self._for_caller = Entertainment(talk.context, talk.queue)
        self._for_agent = Entertainment(talk.context, talk.queue)

    async def follow(self) -> None:
        """As the talk is now."""
        talk = self._talk
        agent = talk.contact.leg.leg
        present = (one for one in talk.supervisors if one.present)
        hearing = {leg: one.how for one in present if (leg := one.far_end.leg)}
        muted = {agent} if talk.contact.muted and agent is not None else set()
        # A leg that is gone shows by itself, with the next frame.
        with suppress(CallError):
            await self._mixer.mix(edges(self._groups(), hearing, agent, muted))
        self._entertain()

    async def end(self) -> None:
        """Nobody hears anybody."""
        self._for_caller.stop()
        self._for_agent.stop()
        await self._mixer.mix(frozenset())

    def _groups(self) -> list[list[Leg]]:
        """Those of each hear each other."""
        first, second = self._first_line(), self._second_line()
        handing = self._talk.handing
        if handing is not None and handing.state is TransferState.ACCEPTED:
            return [list(dict.fromkeys([*first, *second, self._caller]))]
        return [first, second]

    def _first_line(self) -> list[Leg]:
        contact, handing = self._talk.contact, self._talk.handing
        agent = contact.leg.leg
        legs = [agent] if agent is not None and contact.is_open and not contact.leg.ended else []
        if handing is None or handing.second is not None:
            return legs if contact.holds else [*legs, self._caller]
        return [*legs, *self._target()]

    def _second_line(self) -> list[Leg]:
        handing = self._talk.handing
        if handing is None or handing.second is None or not handing.second.is_connected:
            return []
        return [handing.second.line, *self._target()]

    def _target(self) -> list[Leg]:
        handing = self._talk.handing
        contact = handing.contact if handing is not None else None
        return [contact.leg.leg] if contact is not None and contact.leg.leg is not None else []

    def _entertain(self) -> None:
        agent, handing = self._talk.contact.leg, self._talk.handing
        self._for_caller.keep(self._caller, self._wanted())
        rings = handing is not None and handing.state is TransferState.RINGING
        rings = rings and handing is not None and handing.second is None and not agent.ended
        self._for_agent.keep(agent.leg, Wanted.RINGING if rings else Wanted.NOTHING)

    def _wanted(self) -> Wanted:
        """What the caller hears who is apart."""
        handing, contact = self._talk.handing, self._talk.contact
        if handing is not None and handing.state is TransferState.ACCEPTED:
            return Wanted.NOTHING
        if handing is None or handing.second is not None:
            return Wanted.MUSIC if contact.holds else Wanted.NOTHING
        return Wanted.RINGING if handing.mode is TransferMode.BLIND else Wanted.MUSIC
