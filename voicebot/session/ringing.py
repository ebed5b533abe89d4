"""The phones that ring for one waiting caller: one, or several of which the first answer wins."""

from __future__ import annotations

from voicebot.core.call import CallEvent
from voicebot.core.queueing import OfferOutcome
from voicebot.core.record import FactKind
from voicebot.queueing.router import Offer
from voicebot.session.agent_leg import AgentLeg
from voicebot.session.context import Context


class Ringing:
    """Takes offers and follows them until one is answered or all came to nothing."""

    def __init__(self, context: Context, ring_ms: int) -> None:
        self._context = context
        self._directory = context.directory
        self._ring_ms = ring_ms
        self._legs: list[AgentLeg] = []

    def __bool__(self) -> bool:
        """Some phone rings."""
        return bool(self._legs)

    def take(self, offer: Offer) -> None:
        """Dial the agent; returns at once."""
        leg = AgentLeg(self._context, offer, self._ring_ms)
        if not self._legs:
            self._context.move(CallEvent.OFFERED)
        self._context.pen.write(FactKind.OFFERED, queue=offer.queue, agent=offer.agent.name)
        self._legs.append(leg)
        self._directory.router.dialed(offer)

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
        if not self._legs:
            self._context.move(CallEvent.OFFER_FAILED)
        self._directory.dispatcher.changed()
        await leg.hang_up()

    async def _drop(self, leg: AgentLeg) -> None:
        """Somebody else has the agent by now: the caller waits on, in place."""
        self._legs.remove(leg)
        self.note_end(leg, OfferOutcome.LEASE_EXPIRED)
        if not self._legs:
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

    def note_end(self, leg: AgentLeg, outcome: OfferOutcome) -> None:
        """Into the journal."""
        offer = leg.offer
        self._context.pen.write(
            FactKind.OFFER_ENDED, queue=offer.queue, agent=offer.agent.name, outcome=outcome
        )
