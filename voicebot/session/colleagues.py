"""The door by which an agent's phone calls a colleague while it has a caller on another line.

INVITE sip:202@ ─▶ an agent's own phone, in a talk? a number or code of transfers? ─▶ briefing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.core.ports import Leg
from voicebot.core.queueing import AgentSpec
from voicebot.core.transfers import Target, TransferMode
from voicebot.session.directory import Directory, TransferRefused
from voicebot.session.second_line import SecondLine
from voicebot.session.star_proof import owner_of
from voicebot.session.talk import Talk
from voicebot.session.talk_keys import keyed_target
from voicebot.session.target import agents_by_number

_BUSY = 486


@dataclass(frozen=True, slots=True)
class Consultation:
    """An agent's phone calls somebody about the caller it has."""

    talk: Talk
    target: Target


@dataclass(frozen=True, slots=True)
class ColleagueDoor:
    """One a node."""

    directory: Directory
    agents: Mapping[str, AgentSpec]
    trunks: Mapping[str, str] = field(default_factory=dict)
    """Hosts by the names of the trunks whose word for a caller's identity is taken."""

    def called(self, leg: Leg) -> Consultation | None:
        """What a leg that rings wants of this door; None where it is a caller's."""
        owner = owner_of(leg.info, self.agents.values(), self.trunks)
        talk = self.directory.talks.of_agent(owner.name) if owner is not None else None
        if talk is None:
            return None
        settings, numbers = talk.context.services.transfers, agents_by_number(talk.context)
        target = keyed_target(leg.info.called, settings, numbers)
        return None if target is None else Consultation(talk, target)

    async def serve(self, leg: Leg, wanted: Consultation) -> None:
        """The whole call of the second line."""
        line = SecondLine(leg)
        try:
            talk = wanted.talk
            talk.hand_over(wanted.target, TransferMode.ATTENDED, by=talk.agent, second=line)
        except TransferRefused:
            await leg.hang_up(_BUSY)
            return
        await line.follow()
