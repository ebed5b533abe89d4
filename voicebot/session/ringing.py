"""The phones that ring for one waiting caller: one, or several of which the first answer wins.

Beside those of agents, each an offer of the queue's, there may be the phone of a supervisor who
wants the caller: no offer, and no agent's state.
"""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.core.call import CallEvent
from voicebot.core.queueing import OfferOutcome
from voicebot.core.record import FactKind
from voicebot.queueing.router import Offer
from voicebot.session.agent_leg import AgentLeg
from voicebot.session.context import Context
from voicebot.session.dialed_leg import outcome_at
from voicebot.session.far_end import FarEnd


@dataclass(frozen=True, slots=True)
class Wanted:
    """A supervisor wants the caller."""

    name: str
    queue: str
    """Where the caller waits."""
    phone: FarEnd
    """On the line already, or being called."""


class Ringing:
    """Takes offers and follows them until one is answered or all came to nothing."""

    def __init__(self, context: Context, ring_ms: int) -> None:
        self._context = context
        self._directory = context.directory
        self._ring_ms = ring_ms
        self._legs: list[AgentLeg] = []
        self._wanted: Wanted | None = None

    def __bool__(self) -> bool:
        """Some phone rings."""
        return bool(self._legs) or self._wanted is not None

    def take(self, offer: Offer) -> None:
        """Dial the agent; returns at once."""
        leg = AgentLeg(self._context, offer, self._ring_ms)
        self._begin(offer.queue, offer.agent.name)
        self._legs.append(leg)
        self._directory.ringing[offer.agent.name] = leg
        self._directory.router.dialed(offer)

    def want(self, wanted: Wanted) -> None:
        """A supervisor's phone is to have the caller."""
        self._begin(wanted.queue, wanted.name)
        self._wanted = wanted

    @property
    def is_wanted(self) -> bool:
        """A supervisor's phone rings already."""
        return self._wanted is not None

    async def wanted(self) -> Wanted | None:
        """The supervisor's phone, once it is answered; one that is not is called no longer."""
        wanted = self._wanted
        if wanted is None:
            return None
        outcome = outcome_at(wanted.phone, self._context.line.now_ms)
        if outcome is None:
            return None
        if outcome is OfferOutcome.ANSWERED and not wanted.phone.ended:
            self._wanted = None
            return wanted
        missed = OfferOutcome.CALLER_GONE if outcome is OfferOutcome.ANSWERED else outcome
        await self._end_wanted(wanted, missed)
        if not self:
            self._context.move(CallEvent.OFFER_FAILED)
        return None

    async def answered(self) -> AgentLeg | None:
        """Go on with all of them; the leg of the agent who has the call, once there is one."""
        now_ms, router = self._directory.now_ms(), self._directory.router
        for leg in tuple(self._legs):
            if not router.counts(leg.offer):
                await self._drop(leg)
                continue
            outcome = leg.outcome(self._context.line.now_ms)
            if outcome is OfferOutcome.ANSWERED and router.answered(leg.offer, now_ms):
                self._legs.remove(leg)
                return leg
            if outcome is OfferOutcome.ANSWERED:
                await self.end(leg, OfferOutcome.CALLER_GONE)
            elif outcome is not None:
                await self.end(leg, outcome)
        return None

    async def end(self, leg: AgentLeg, outcome: OfferOutcome) -> None:
        """An offer came to nothing: the caller waits on, in place."""
        self._legs.remove(leg)
        self._directory.router.failed(leg.offer, outcome, self._directory.now_ms())
        self.note_end(leg, outcome)
        if not self:
            self._context.move(CallEvent.OFFER_FAILED)
        self._directory.dispatcher.changed()
        await leg.hang_up()

    async def _drop(self, leg: AgentLeg) -> None:
        """Somebody else has the agent by now: the caller waits on, in place."""
        self._legs.remove(leg)
        self.note_end(leg, OfferOutcome.LEASE_EXPIRED)
        if not self:
            self._context.move(CallEvent.OFFER_FAILED)
        await leg.hang_up()

    async def cancel(self) -> None:
        """No phone rings any more: another agent answered, or the caller is gone."""
        legs, self._legs = self._legs, []
        for leg in legs:
            now_ms = self._directory.now_ms()
            self._directory.router.failed(leg.offer, OfferOutcome.CALLER_GONE, now_ms)
            self.note_end(leg, OfferOutcome.CALLER_GONE)
        self._directory.dispatcher.changed()
        for leg in legs:
            await leg.hang_up()
        if self._wanted is not None:
            await self._end_wanted(self._wanted, OfferOutcome.CALLER_GONE)

    def note_end(self, leg: AgentLeg, outcome: OfferOutcome) -> None:
        """Into the journal."""
        self._note_end(leg.offer.queue, leg.offer.agent.name, outcome)

    def _begin(self, queue: str, name: str) -> None:
        if not self:
            self._context.move(CallEvent.OFFERED)
        self._context.pen.write(FactKind.OFFERED, queue=queue, agent=name)

    async def _end_wanted(self, wanted: Wanted, outcome: OfferOutcome) -> None:
        self._wanted = None
        self._note_end(wanted.queue, wanted.name, outcome)
        await wanted.phone.hang_up()

    def _note_end(self, queue: str, name: str, outcome: OfferOutcome) -> None:
        self._context.pen.write(FactKind.OFFER_ENDED, queue=queue, agent=name, outcome=outcome)
