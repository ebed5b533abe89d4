"""Star codes of supervisors: into a talk by one's own phone, and out by hanging up.

*21 201  ─▶ listen to the talk of the agent 201; 4 listen, 5 whisper, 6 barge, 7 take over
*25      ─▶ have the caller who has waited longest
"""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.core.access import permissions_of
from voicebot.core.errors import LegGone
from voicebot.core.ports import Leg, ReferRequested
from voicebot.core.transfers import Supervision
from voicebot.session.star_call import Handler
from voicebot.session.star_visit import Visit
from voicebot.session.supervisor_desk import SupervisionRefused, SupervisorDesk


class VisitingPhone:
    """Implements `far_end.FarEnd` over a phone that called us."""

    def __init__(self, leg: Leg) -> None:
        self.leg: Leg | None = leg
        self.keys = ""
        self.held = False
        self.refer: ReferRequested | None = None
        self.gone = False

    @property
    def ended(self) -> bool:
        return self.gone

    async def hang_up(self) -> None:
        """The visit comes to its end."""
        self.gone = True


def supervisor_handlers(desk: SupervisorDesk) -> dict[str, Handler]:
    """One for each way to take part, by its name."""
    return {how.value: _handler(desk, how) for how in Supervision} | {"pull": _puller(desk)}


def _handler(desk: SupervisorDesk, how: Supervision) -> Handler:
    async def handle(visit: Visit) -> Sequence[str]:
        agent, phone = visit.agent, VisitingPhone(visit.leg)
        try:
            talk = desk.talk_of_agent(visit.argument, agent.queues)
            permissions = permissions_of(agent.role, agent.permissions)
            await desk.supervise(talk, how, permissions, by=agent.name, door="phone", phone=phone)
        except SupervisionRefused as refused:
            return (refused.code.replace("-", "_"),)
        await _stay(visit, phone)
        return ()

    return handle


def _puller(desk: SupervisorDesk) -> Handler:
    async def handle(visit: Visit) -> Sequence[str]:
        agent, phone = visit.agent, VisitingPhone(visit.leg)
        try:
            call = desk.longest_waiting(agent.queues).call
            permissions = permissions_of(agent.role, agent.permissions)
            await desk.pull_to_phone(
                call, permissions, by=agent.name, door="phone", phone=phone, queues=agent.queues
            )
        except SupervisionRefused as refused:
            return (refused.code.replace("-", "_"),)
        await _stay(visit, phone)
        return ()

    return handle


async def _stay(visit: Visit, phone: VisitingPhone) -> None:
    """Until the talk is over, or the phone hangs up."""
    try:
        while not phone.gone:
            await visit.line.frame()
            phone.held = visit.line.held
            while press := visit.line.keys.take():
                phone.keys += press.key
    except LegGone:
        phone.gone = True
        raise
