"""A caller is sent on by an agent, in the middle of a talk.

asked for ─▶ ring ─▶ (attended) briefing ─▶ taken ─▶ put through
              └─ nobody, declined ─▶ the next target ─▶ back to the agent, else to the flow
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.core.call import CallId
from voicebot.core.ports import Leg
from voicebot.core.queueing import OfferOutcome
from voicebot.core.record import FactKind
from voicebot.core.transfers import (
    Target,
    TargetKind,
    TransferEvent,
    TransferMode,
    TransferState,
    next_transfer_state,
)
from voicebot.queueing.router import Offer
from voicebot.session.contact import Contact, OutsideContact
from voicebot.session.context import Context
from voicebot.session.dialed_leg import DialedLeg
from voicebot.session.second_line import SecondLine

_DECLINED = (OfferOutcome.REJECTED, OfferOutcome.BUSY)


@dataclass(frozen=True, slots=True)
class Destination:
    """One phone that may take the caller."""

    address: str
    """SIP URI or number, allowed already."""
    ring_ms: int
    agent: str = ""
    """Name of the agent whose phone it is; empty for others."""
    queue: str = ""
    """The queue that the agent's part counts for."""
    known_as: str = ""
    """For the journal: no number."""
    replaces: str = ""
    """For the Replaces header: the phone talks to the agent already."""


class HandingOver:
    """One transfer under way."""

    def __init__(
        self,
        context: Context,
        target: Target,
        mode: TransferMode,
        destinations: Sequence[Destination],
        *,
        by: str,
        second: SecondLine | None = None,
    ) -> None:
        """`by` is who wants it; `second` is the call of the agent's phone by which the target is
        briefed, None for the one that has the caller."""
        self.second = second
        context.transfers += 1
        self.number, self.target, self.mode, self.by = context.transfers, target, mode, by
        self.state = TransferState.REQUESTED
        self.contact: Contact | None = None
        """Whoever answered, from the briefing on."""
        self.referrer: Leg | None = None
        """The phone that asked for it by REFER, and is told how it goes."""
        self.completed = False
        """The agent is done with the briefing."""
        self.taken_back = False
        """The agent wants the caller back."""
        self.reason = ""
        """Why the last target did not take it."""
        number = target.kind is TargetKind.NUMBER
        known_as = next((d.known_as for d in destinations if number and d.known_as), "")
        self.known_as = f"number:{known_as}".rstrip(":") if number else str(target)
        """The target as the journal may have it: no number."""
        self._context = context
        self._left = list(destinations)
        self._destination = Destination("", 0)
        self._offer: Offer | None = None
        self._dialed: DialedLeg | None = None
        self._note()

    @property
    def is_open(self) -> bool:
        """It has come to no end."""
        return self.state in (
            TransferState.REQUESTED,
            TransferState.RINGING,
            TransferState.BRIEFING,
            TransferState.ACCEPTED,
        )

    async def advance(self) -> None:
        """Go on as far as that is possible now."""
        match self.state:
            case TransferState.REQUESTED:
                self._dial_next(TransferEvent.DIALED)
            case TransferState.RINGING:
                await self._ringing()
            case TransferState.BRIEFING if self._is_gone():
                await self._give_up(TransferEvent.REJECTED, "declined")
            case TransferState.ACCEPTED if self._is_gone():
                await self._give_up(TransferEvent.FAILED, "hung_up")

    def sent(self) -> None:
        """To a queue or the bot, which take every caller at once."""
        for event in (TransferEvent.DIALED, TransferEvent.TAKEN, TransferEvent.PUT_THROUGH):
            self.move(event)

    def is_to_be_put_through(self, *, agent_here: bool) -> bool:
        """Whoever answered is to have the caller now."""
        if self.state not in (TransferState.BRIEFING, TransferState.ACCEPTED):
            return False
        return not self._is_briefed_here or self.completed or not agent_here

    def move(self, event: TransferEvent, reason: str = "") -> None:
        """One row of the table, and into the journal."""
        self.state = next_transfer_state(self.state, event)
        self.reason = reason or self.reason
        self._note(reason)

    def take(self) -> Contact:
        """Whoever answered has the caller from now on."""
        assert self.contact is not None
        if self.state is not TransferState.ACCEPTED:
            self.move(TransferEvent.TAKEN)
        self.move(TransferEvent.PUT_THROUGH)
        return self.contact

    async def drop(self, event: TransferEvent) -> None:
        """It is over before its time: taken back, or the caller hung up."""
        if self.is_open:
            self.move(event)
        await self._hang_up(OfferOutcome.CALLER_GONE)
        await self.end_second()

    async def end_second(self) -> None:
        """The agent's call by which the target was briefed is done with."""
        if self.second is not None:
            await self.second.hang_up(self.state)

    # ------------------------------------------------------------ inside

    def _dial_next(self, event: TransferEvent) -> None:
        """Ring the next destination; where there is none, it has failed."""
        while self._left:
            self._destination = self._left.pop(0)
            if self._begin():
                self.move(event)
                return
            self.reason = "not_free"
        if self.state is TransferState.REQUESTED:
            self.move(TransferEvent.FAILED, self.reason or "nobody")

    def _begin(self) -> bool:
        """Reserve the agent, where it is one, and dial; False where the agent is not free."""
        found, context = self._destination, self._context
        self._offer = self._dialed = None
        if not found.agent:
            self._dial()
            return True
        context.stays += 1
        place = CallId(f"{context.id}-{context.stays}")
        dispatcher = context.directory.dispatcher
        self._offer = dispatcher.offer_to(
            found.agent, found.queue, place, context.id, self._dial_agent
        )
        return self._offer is not None

    def _dial_agent(self, offer: Offer) -> None:
        directory = self._context.directory
        directory.ringing[offer.agent.name] = self._dial()
        directory.router.dialed(offer)

    def _dial(self) -> DialedLeg:
        found = self._destination
        headers = {"User-to-User": f"{self._context.id.encode().hex()};encoding=hex"}
        if found.replaces:
            headers["Replaces"] = found.replaces
        self._dialed = dialed = DialedLeg(
            self._context, found.address, found.ring_ms, headers=headers, role="transfer"
        )
        return dialed

    async def _ringing(self) -> None:
        if self._offer is not None and not self._context.directory.router.counts(self._offer):
            await self._give_up(TransferEvent.FAILED, OfferOutcome.LEASE_EXPIRED.value)
            return
        if self._dialed is None:
            return  # It is not known yet whether the agent is ours.
        outcome = self._dialed.outcome(self._context.line.now_ms)
        if outcome is None:
            return
        if outcome is not OfferOutcome.ANSWERED or not self._answered():
            event = TransferEvent.REJECTED if outcome in _DECLINED else TransferEvent.FAILED
            await self._give_up(event, outcome.value)
            return
        self.contact = self._contact()
        self.move(TransferEvent.BRIEFED if self._is_briefed_here else TransferEvent.TAKEN)

    @property
    def _is_briefed_here(self) -> bool:
        """Who is replaced has told them already, by a call of their own."""
        return self.mode is TransferMode.ATTENDED and not self._destination.replaces

    def _answered(self) -> bool:
        directory = self._context.directory
        if self._offer is None:
            return True
        counts = directory.router.answered(self._offer, directory.now_ms())
        directory.dispatcher.changed()
        return counts

    def _contact(self) -> Contact:
        assert self._dialed is not None
        found = self._destination
        if self._offer is None:
            return OutsideContact(self._context, self._dialed, found.known_as, "")
        return Contact(self._context, self._dialed, found.agent, found.queue, self._offer)

    def _is_gone(self) -> bool:
        return self._dialed is None or self._dialed.ended

    async def _give_up(self, event: TransferEvent, reason: str) -> None:
        """This one did not take it; the next one is rung, where there is one and nobody was told
        yet."""
        outcome = OfferOutcome(reason) if reason in set(OfferOutcome) else OfferOutcome.CALLER_GONE
        was_ringing = self.state is TransferState.RINGING
        self.move(event, reason)
        await self._hang_up(outcome)
        if was_ringing:
            self._dial_next(TransferEvent.NEXT)

    async def _hang_up(self, outcome: OfferOutcome) -> None:
        dialed, self._dialed = self._dialed, None
        contact, self.contact = self.contact, None
        if contact is not None:
            contact.leave()
        elif self._offer is not None:
            directory = self._context.directory
            directory.router.failed(self._offer, outcome, directory.now_ms())
            directory.dispatcher.close(self._offer)
        if dialed is not None:
            await dialed.hang_up()

    def _note(self, reason: str = "") -> None:
        self._context.pen.write(
            FactKind.TRANSFER,
            number=self.number,
            state=self.state,
            mode=self.mode,
            to=self.known_as,
            by=self.by,
            reason=reason,
        )
