"""A caller talks to a person: until one of them hangs up, or the caller goes elsewhere.

caller ⇄ agent ─┬─ sent on: parked with music, briefing, conference ─▶ caller ⇄ the next one
                ├─ the transfer fails ─▶ back to the agent, or to the flow
                ├─ to a queue, to the bot ─▶ out of the talk
                └─ supervisors: listen, whisper, barge, take over
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from voicebot.core.errors import CallError
from voicebot.core.ports import Leg
from voicebot.core.transfers import (
    Supervision,
    Target,
    TargetKind,
    TransferEvent,
    TransferMode,
    TransferState,
)
from voicebot.session.contact import Contact
from voicebot.session.context import Context
from voicebot.session.directory import TransferRefused
from voicebot.session.entertainment import Entertainment, Wanted, beep_to, say_no
from voicebot.session.far_end import FarEnd
from voicebot.session.handing_over import HandingOver
from voicebot.session.mixing import Mixer, edges
from voicebot.session.supervising import Supervising
from voicebot.session.talk_wishes import DONE, FAILED, Wishes, tell
from voicebot.session.target import check_node, check_queue, destinations


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """How a talk ended; the caller is still there."""

    by: str
    """`agent`, `transfer`, `supervisor`."""
    onward: Target | None = None
    """The queue or the node that the caller was sent to."""
    failed: bool = False
    """A transfer failed, and the agent is gone."""


class Talk:
    """One talk. What agents and supervisors ask for is checked at once and done by the next
    frame."""

    def __init__(
        self, context: Context, contact: Contact, *, nodes: Collection[str], voicemail: bool
    ) -> None:
        """`nodes`: ways back to the bot; `voicemail`: whoever fails to be put through is asked to
        leave a message."""
        self.context, self.contact = context, contact
        self._line, self._nodes, self._voicemail = context.line, nodes, voicemail
        self._mixer = Mixer()
        self._handing: HandingOver | None = None
        self._onward: Target | None = None
        self._supervisors: list[Supervising] = []
        self._for_caller = Entertainment(context, contact.queue)
        self._for_agent = Entertainment(context, contact.queue)
        self._wishes = Wishes(self)

    # ------------------------------------------------------------ what it is

    @property
    def agent(self) -> str:
        """Who has the caller."""
        return self.contact.name

    @property
    def queue(self) -> str:
        """Whose talk it is."""
        return self.contact.queue

    @property
    def handing(self) -> HandingOver | None:
        """The transfer under way."""
        return self._handing

    @property
    def supervisors(self) -> tuple[Supervising, ...]:
        """Those who take part, or are being called."""
        return tuple(self._supervisors)

    # ------------------------------------------------------------ what is asked for

    def hand_over(self, target: Target, mode: TransferMode, *, by: str, replaces: str = "") -> None:
        """Send the caller on; `replaces` is the dialog at the target's phone that the caller takes
        the place of (RFC 3891). Raises `TransferRefused`."""
        if self._handing is not None or self._onward is not None:
            raise TransferRefused("a transfer is under way already")
        if target.kind is TargetKind.NODE and mode is TransferMode.BLIND:
            check_node(target.name, self._nodes)
            self._send(target, by)
        elif target.kind is TargetKind.QUEUE and mode is TransferMode.BLIND:
            check_queue(self.context, target.name)
            self._send(target, by)
        else:
            found = [
                replace(one, replaces=replaces)
                for one in destinations(self.context, target, self.queue)
            ]
            self._handing = HandingOver(self.context, target, mode, found, by=by)

    def complete(self) -> None:
        """The target has the caller, the agent is out. Raises `TransferRefused`."""
        self._require(TransferState.BRIEFING, TransferState.ACCEPTED).completed = True

    def conference(self) -> None:
        """All three hear each other. Raises `TransferRefused`."""
        handing = self._require(TransferState.BRIEFING)
        handing.move(TransferEvent.TAKEN)

    def take_back(self) -> None:
        """The agent has the caller again. Raises `TransferRefused`."""
        self._require(
            TransferState.RINGING, TransferState.BRIEFING, TransferState.ACCEPTED
        ).taken_back = True

    def supervise(
        self, name: str, far_end: FarEnd, how: Supervision, may: Collection[Supervision]
    ) -> Supervising:
        """A supervisor takes part by a phone of theirs."""
        found = Supervising(self.context, name, far_end, how, may)
        self._supervisors.append(found)
        return found

    def _send(self, target: Target, by: str) -> None:
        self._onward = target
        HandingOver(self.context, target, TransferMode.BLIND, (), by=by).sent()

    def _require(self, *states: TransferState) -> HandingOver:
        if self._handing is None or self._handing.state not in states:
            raise TransferRefused("no transfer is so far")
        return self._handing

    # ------------------------------------------------------------ its life

    async def run(self) -> TalkEnded:
        """Until it is over. Raises `LegGone` when the caller hangs up."""
        self.context.directory.talks.add(self)
        by, to = "caller", ""
        try:
            ended = await self._until_over()
            by, to = ended.by, str(ended.onward or "")
            return ended
        finally:
            self.context.directory.talks.remove(self)
            self.contact.close(by, to)
            await self._clear()

    async def _until_over(self) -> TalkEnded:
        await self._mix()
        while True:
            await self._line.frame()
            self.contact.follow_hold()
            await self._wishes.take()
            ended = await self._handle_transfer()
            if ended is not None:
                return ended
            await self._handle_supervisors()
            await self._mix()
            self._entertain()

    async def _clear(self) -> None:
        """Nobody stays: no phone rings, no supervisor listens to nothing."""
        if self._handing is not None:
            await self._handing.drop(TransferEvent.CALLER_GONE)
        for supervising in self._supervisors:
            supervising.leave(self.agent)
            await supervising.far_end.hang_up()
        self._supervisors.clear()
        self._for_caller.stop()
        self._for_agent.stop()
        await self._mixer.mix(frozenset())
        await self.contact.leg.hang_up()

    # ------------------------------------------------------------ the transfer under way

    async def _handle_transfer(self) -> TalkEnded | None:
        if self._onward is not None:
            return TalkEnded("transfer", self._onward)
        handing, contact = self._handing, self.contact
        if handing is None:
            return TalkEnded("agent") if contact.leg.ended else None
        await handing.advance()
        if contact.leg.ended:
            contact.close("transfer", "transfer")
        if handing.taken_back and handing.is_open:
            await handing.drop(TransferEvent.TAKEN_BACK)
        if not handing.is_open:
            return await self._transfer_over(handing)
        if handing.is_to_be_put_through(agent_here=contact.is_open):
            await self._put_through(handing)
        return None

    async def _transfer_over(self, handing: HandingOver) -> TalkEnded | None:
        """It came to nothing: back to the agent, if there is still one."""
        self._handing = None
        if handing.state in (TransferState.REJECTED, TransferState.FAILED):
            if self.contact.is_open:
                handing.move(TransferEvent.TO_AGENT)
                await tell(handing.referrer, FAILED)
                say_no(self.contact.leg.leg)
                return None
            to_message = self._voicemail
            handing.move(TransferEvent.TO_VOICEMAIL if to_message else TransferEvent.TO_BOT)
        return None if self.contact.is_open else TalkEnded("transfer", failed=True)

    async def _put_through(self, handing: HandingOver) -> None:
        before, self._handing = self.contact, None
        await tell(handing.referrer, DONE)
        await self._succeed(before, handing.take(), by="transfer")

    async def _succeed(self, before: Contact, after: Contact, *, by: str) -> None:
        """Another person has the caller."""
        before.close(by, "talk")
        self.contact = after
        self._wishes.begin()
        after.bridged()
        await self._mix()
        await before.leg.hang_up()

    # ------------------------------------------------------------ supervisors

    async def _handle_supervisors(self) -> None:
        for supervising in tuple(self._supervisors):
            was_present = supervising.present
            if not supervising.advance(self.agent):
                self._supervisors.remove(supervising)
                await supervising.far_end.hang_up()
            elif supervising.present and not was_present:
                beep_to(self.context, self.contact.leg.leg)

    async def _take_over(self, supervising: Supervising) -> None:
        """The supervisor has the caller; the agent's part is over."""
        if self._handing is not None:
            await self._handing.drop(TransferEvent.TAKEN_BACK)
            self._handing = None
        self._supervisors.remove(supervising)
        contact = Contact(self.context, supervising.far_end, supervising.name, self.queue)
        await self._succeed(self.contact, contact, by="supervisor")

    # ------------------------------------------------------------ sound

    async def _mix(self) -> None:
        taking_over = [s for s in self._supervisors if s.present and s.how is Supervision.TAKE_OVER]
        if taking_over:
            await self._take_over(taking_over[0])
            return
        hearing = {leg: s.how for s in self._supervisors if s.present and (leg := s.far_end.leg)}
        # A leg that is gone shows by itself, with the next frame.
        with suppress(CallError):
            await self._mixer.mix(edges(self._talking(), hearing, self.contact.leg.leg))

    def _talking(self) -> list[Leg]:
        """Those who hear each other now."""
        handing, contact = self._handing, self.contact
        legs = [contact.leg.leg] if contact.is_open and not contact.leg.ended else []
        if handing is None:
            legs.append(self._line.leg)
        else:
            if handing.contact is not None:
                legs.append(handing.contact.leg.leg)
            if handing.state is TransferState.ACCEPTED:
                legs.append(self._line.leg)
        return [leg for leg in legs if leg is not None]

    def _entertain(self) -> None:
        """Music or ringing for the caller who is apart, ringing for the agent."""
        handing, agent = self._handing, self.contact.leg
        apart = handing is not None and handing.state is not TransferState.ACCEPTED
        rings = handing is not None and handing.state is TransferState.RINGING
        blind = handing is not None and handing.mode is TransferMode.BLIND
        music = Wanted.RINGING if blind else Wanted.MUSIC
        self._for_caller.keep(self._line.leg, music if apart else Wanted.NOTHING)
        rings = rings and not agent.ended
        self._for_agent.keep(agent.leg, Wanted.RINGING if rings else Wanted.NOTHING)
