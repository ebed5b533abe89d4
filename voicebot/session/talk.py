"""A caller talks to a person: until one of them hangs up, or the caller goes elsewhere.

caller ⇄ agent ─┬─ on hold, and back
                ├─ sent on: parked with music, briefing, conference ─▶ caller ⇄ the next one
                ├─ the transfer fails ─▶ back to the agent, or to the flow
                ├─ to a queue, to the bot ─▶ out of the talk
                └─ supervisors: listen, whisper, barge, take over
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

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
from voicebot.session.entertainment import beep_to, say_no
from voicebot.session.far_end import FarEnd
from voicebot.session.handing_over import HandingOver
from voicebot.session.second_line import SecondLine
from voicebot.session.supervising import Supervising
from voicebot.session.talk_sound import TalkSound
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
        self._handing: HandingOver | None = None
        self._onward: Target | None = None
        self._supervisors: list[Supervising] = []
        self._sound = TalkSound(self)
        self._wishes = Wishes(self)

    # ------------------------------------------------------------ what it is

    @property
    def agent(self) -> str:
        """Who has the caller."""
        return self.contact.name

    def is_of(self, name: str) -> bool:
        """Somebody of ours has the caller: not one who hung up while the next phone rings, nor a
        number outside by that name."""
        contact = self.contact
        return contact.name == name and contact.is_open and contact.may_hand_over

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

    def hand_over(
        self,
        target: Target,
        mode: TransferMode,
        *,
        by: str,
        replaces: str = "",
        second: SecondLine | None = None,
    ) -> None:
        """Send the caller on; `replaces` is the dialog at the target's phone that the caller takes
        the place of (RFC 3891), `second` the agent's call by which the target is briefed. Raises
        `TransferRefused`."""
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
            self.contact.parked = False
            self._handing = HandingOver(self.context, target, mode, found, by=by, second=second)

    def refuse(self, by: str, reason: str) -> None:
        """What the agent's phone asked for cannot be: into the journal, and nothing else."""
        target = Target(TargetKind.NUMBER, "")
        refused = HandingOver(self.context, target, TransferMode.ATTENDED, (), by=by)
        refused.move(TransferEvent.FAILED, reason)
        refused.move(TransferEvent.TO_AGENT)

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

    def hold(self) -> None:
        """The caller hears music, and nobody hears them. Raises `TransferRefused`."""
        if self._handing is not None:
            raise TransferRefused("a transfer is under way")
        if not self.contact.may_hand_over:
            raise TransferRefused("whoever has the caller is nobody of ours")
        self.contact.parked = True

    def resume(self) -> None:
        """The agent has the caller again, after a hold here; one by the phone ends there."""
        self.contact.parked = False

    def mute(self) -> None:
        """Nobody hears whoever has the caller."""
        self.contact.muted = True

    def unmute(self) -> None:
        """All hear them again."""
        self.contact.muted = False

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
        await self._sound.follow()
        while True:
            await self._line.frame()
            await self._wishes.take()
            self.contact.follow()
            ended = await self._handle_transfer()
            if ended is not None:
                return ended
            await self._handle_supervisors()
            await self._sound.follow()

    async def _clear(self) -> None:
        """Nobody stays: no phone rings, no supervisor listens to nothing."""
        if self._handing is not None:
            await self._handing.drop(TransferEvent.CALLER_GONE)
        for supervising in self._supervisors:
            supervising.leave(self.agent)
            await supervising.far_end.hang_up()
        self._supervisors.clear()
        await self._sound.end()
        await self.contact.leg.hang_up()

    # ------------------------------------------------------------ the transfer under way

    async def _handle_transfer(self) -> TalkEnded | None:
        if self._onward is not None:
            return TalkEnded("transfer", self._onward)
        handing, contact = self._handing, self.contact
        if handing is None:
            return TalkEnded("agent") if contact.leg.ended else None
        await handing.advance()
        self._follow_second(handing)
        if contact.leg.ended:
            contact.close("transfer", "transfer")
        if handing.taken_back and handing.is_open:
            await handing.drop(TransferEvent.TAKEN_BACK)
        if not handing.is_open:
            return await self._transfer_over(handing)
        if handing.is_to_be_put_through(agent_here=contact.is_open):
            await self._put_through(handing)
        return None

    def _follow_second(self, handing: HandingOver) -> None:
        """The briefing by a line of its own: answered with the target, over when it is hung up."""
        if handing.second is None:
            return
        if handing.state is TransferState.BRIEFING:
            handing.second.connect(self.context.tasks)
        # Phones that join their two calls hang up the second as soon as that is accepted. Whoever
        # has hung up both does not want the caller back.
        stays = not handing.completed and not self.contact.leg.ended
        if handing.second.ended and handing.state is not TransferState.ACCEPTED and stays:
            handing.taken_back = True

    async def _transfer_over(self, handing: HandingOver) -> TalkEnded | None:
        """It came to nothing: back to the agent, if there is still one."""
        self._handing = None
        await handing.end_second()
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
        await handing.end_second()

    async def _succeed(self, before: Contact, after: Contact, *, by: str) -> None:
        """Another person has the caller."""
        before.close(by, "talk")
        self.contact = after
        self._wishes.begin()
        after.bridged()
        await self._sound.follow()
        await before.leg.hang_up()

    # ------------------------------------------------------------ supervisors

    async def _handle_supervisors(self) -> None:
        for supervising in tuple(self._supervisors):
            was_present = supervising.present
            if not supervising.advance(self.agent):
                self._supervisors.remove(supervising)
                await supervising.far_end.hang_up()
                continue
            if supervising.present and not was_present:
                beep_to(self.context, self.contact.leg.leg)
            if supervising.present and supervising.how is Supervision.TAKE_OVER:
                await self._take_over(supervising)

    async def _take_over(self, supervising: Supervising) -> None:
        """The supervisor has the caller; the agent's part is over."""
        if self._handing is not None:
            await self._handing.drop(TransferEvent.TAKEN_BACK)
            self._handing = None
        self._supervisors.remove(supervising)
        contact = Contact(self.context, supervising.far_end, supervising.name, self.queue)
        await self._succeed(self.contact, contact, by="supervisor")
