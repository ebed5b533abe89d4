"""A caller waits for a person, and talks to one.

join ─▶ music, announcements ─▶ offer ─▶ answered ─▶ bridge ─▶ the agent hangs up ─▶ the flow
              ▲                  │ no answer, busy, rejected, unreachable
              └──────────────────┘ the place is kept
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.call import CallEvent, CallId
from voicebot.core.errors import CallError
from voicebot.core.queueing import OfferOutcome, QueueOutcome
from voicebot.core.record import FactKind
from voicebot.core.transfers import Target, TargetKind
from voicebot.flow.actions import Enqueue
from voicebot.flow.events import QueueLeft
from voicebot.queueing.router import Wish
from voicebot.session.agent_leg import AgentLeg
from voicebot.session.announcer import Announcer
from voicebot.session.contact import Contact
from voicebot.session.context import Context
from voicebot.session.dialed_leg import SUPERVISOR_RINGS_MS, DialedLeg
from voicebot.session.directory import TransferRefused
from voicebot.session.far_end import FarEnd
from voicebot.session.ringing import Ringing, Wanted
from voicebot.session.talk import Talk, TalkEnded
from voicebot.session.target import check_free, check_node, check_queue
from voicebot.session.way_out import WayOut
from voicebot.turns.key_drops import DropReason

JUDGE_EVERY_MS = 1_000
"""How often it is judged whether the caller may stay."""


async def wait_for_agent(context: Context, action: Enqueue) -> QueueLeft:
    """Wait in a queue and talk to whoever answers. Raises `LegGone` when the caller hangs up."""
    context.queued = True
    left = await _stay(context, action)
    while left.queue:  # Sent on to another queue, which takes whom it takes of all callers.
        action = replace(action, queue=left.queue)
        left = await _stay(context, action)
    return left


async def _stay(context: Context, action: Enqueue) -> QueueLeft:
    directory = context.directory
    refused = directory.router.admit(action.queue, directory.now_ms())
    refused = None if context.called_back else refused  # The place was taken long ago.
    return QueueLeft(refused) if refused else await _Waiting(context, action).run()


class _Waiting:
    """One stay in one queue."""

    def __init__(self, context: Context, action: Enqueue) -> None:
        self._context = context
        self._line = context.line
        self._action = action
        self._directory = context.directory
        self._spec = context.directory.router.queues[action.queue]
        self._joined_ms = context.line.now_ms
        self._judged_ms = self._joined_ms
        self._announcer = Announcer(context, action, self._spec)
        self._ringing = Ringing(context, self._spec.ring_ms)
        context.stays += 1
        again = f"-{context.stays}" if context.stays > 1 else ""
        self._place = context.place = CallId(f"{context.id}{again}")
        self._way_out = WayOut(context, action)
        self._talked = False
        self._sent: Target | None = None
        """Where a supervisor sent the caller."""

    @property
    def _waited_ms(self) -> int:
        return self._line.now_ms - self._joined_ms

    async def run(self) -> QueueLeft:
        self._join()
        outcome, to = "callback" if self._context.called_back else "abandoned", ""
        try:
            left = await self._wait()
            outcome, to = left.outcome, str(self._sent or "")
        finally:
            await self._close(outcome, to)
        self._context.move(CallEvent.RETURNED)
        return left

    def _join(self) -> None:
        context, action, router = self._context, self._action, self._directory.router
        number = "" if context.called_back else context.line.leg.info.caller
        wish = Wish(action.priority, action.skills, action.preferred, number)
        kept = context.unfinished
        joined_ms = kept.joined_ms.get(action.queue)
        context.unfinished = replace(kept, joined_ms={})
        now_ms = self._directory.now_ms()
        router.join(self._place, action.queue, now_ms, wish, call=context.id, joined_ms=joined_ms)
        context.joined.setdefault(action.queue, (joined_ms or now_ms, action))
        if context.waits_since_ms is not None:  # The wait on the line begins now.
            older_ms = max(0, now_ms - context.waits_since_ms)
            router.reprioritize(self._place, age_ms=older_ms)
        context.move(CallEvent.ENQUEUED)
        context.pen.write(
            FactKind.QUEUED,
            queue=action.queue,
            position=router.position(self._place),
            summary=dict(action.summary),
        )
        self._directory.waits[context.id] = self
        self._directory.dispatcher.follow(self._place, self._ringing.take)
        self._directory.dispatcher.changed()

    def send(self, target: Target) -> None:
        """See `directory.Waiter`: by the next frame."""
        match target.kind:
            case TargetKind.QUEUE:
                check_queue(self._context, target.name)
            case TargetKind.NODE:
                check_node(target.name, self._action.back_to)
            case TargetKind.AGENT:
                check_free(self._context, target.name)
                if not self._directory.dispatcher.offer_waiting(self._place, target.name):
                    raise TransferRefused("the caller waits no more")
                return
            case _:
                raise TransferRefused("who waits can be sent to an agent, a queue or the flow")
        self._sent = target

    def call_to(self, name: str, phone: FarEnd | str) -> None:
        """See `directory.Waiter`."""
        context = self._context
        if self._ringing.is_wanted:
            raise TransferRefused("a supervisor is called for this caller already")
        if isinstance(phone, str):
            if not context.services.dialable(phone):
                raise TransferRefused("calls may not go there")
            phone = DialedLeg(context, phone, SUPERVISOR_RINGS_MS, role="supervisor")
        self._ringing.want(Wanted(name, self._action.queue, phone))

    async def _wait(self) -> QueueLeft:
        while True:
            frame = await self._line.frame()
            agent = await self._ringing.answered()
            if agent is not None and await self._briefed(agent) and await self._put_through(agent):
                offer, context = agent.offer, self._context
                contact = Contact(context, agent, offer.agent.name, offer.queue, offer)
                return await self._talk(contact)
            wanted = await self._ringing.wanted()
            if wanted is not None:
                return await self._talk(self._taken(wanted))
            left = self._pulled() or await self._way_out.found(frame) or self._given_up()
            if left is not None:
                return left
            self._announcer.frame(ringing=bool(self._ringing))

    def _pulled(self) -> QueueLeft | None:
        return _sent_to(self._sent) if self._sent is not None else None

    async def _close(self, outcome: str, to: str) -> None:
        """Leave nothing behind: no place in the queue, no ringing phone, no music."""
        self._directory.waits.pop(self._context.id, None)
        self._directory.dispatcher.unfollow(self._place)
        if not self._directory.stopping:
            self._directory.router.leave(self._place, outcome)
        self._announcer.stop()
        self._way_out.close()
        await self._ringing.cancel()
        if not self._talked:
            self._context.pen.write(
                FactKind.LEFT_QUEUE,
                queue=self._action.queue,
                outcome=outcome,
                wait_ms=self._waited_ms,
                to=to,
            )

    def _given_up(self) -> QueueLeft | None:
        """The caller waited too long, or the queue is not what it was; never while a phone
        rings."""
        if self._ringing:
            return None
        if self._waited_ms >= self._spec.max_wait_ms:
            return QueueLeft(QueueOutcome.TIMEOUT)
        if self._line.now_ms - self._judged_ms < JUDGE_EVERY_MS:
            return None
        self._judged_ms = self._line.now_ms
        outcome = self._directory.router.give_up(self._place, self._directory.now_ms())
        return QueueLeft(outcome) if outcome is not None else None

    # ------------------------------------------------------------ talk

    async def _briefed(self, agent: AgentLeg) -> bool:
        """The agent hears who comes, where the queue wants that, and the caller music. False where
        the agent hung up on it: the caller waits on."""
        if agent.whisper is None:
            return True
        try:
            await self._ringing.cancel()
            heard = await agent.whisper.said(agent, lambda: self._announcer.frame(ringing=True))
        except BaseException:
            await self._not_bridged(agent, OfferOutcome.CALLER_GONE)
            raise
        if not heard:
            await self._not_bridged(agent, OfferOutcome.REJECTED)
        return heard

    async def _put_through(self, agent: AgentLeg) -> bool:
        """Caller and agent hear each other. False where the agent's leg was gone before it could be
        bridged: the caller waits on."""
        assert agent.leg is not None
        self._announcer.stop()
        try:
            await self._line.leg.bridge(agent.leg)
        except CallError:
            if self._line.ended is not None:
                await self._not_bridged(agent, OfferOutcome.CALLER_GONE)
                raise
            # Answered and hung up at once: the phone is there.
            await self._not_bridged(agent, OfferOutcome.REJECTED)
            return False
        except BaseException:
            await self._not_bridged(agent, OfferOutcome.CALLER_GONE)
            raise
        return True

    async def _not_bridged(self, agent: AgentLeg, outcome: OfferOutcome) -> None:
        self._directory.router.unbridged(agent.offer, outcome, self._directory.now_ms())
        self._ringing.note_end(agent, outcome)
        if not self._ringing:
            self._context.move(CallEvent.OFFER_FAILED)
        if outcome is not OfferOutcome.CALLER_GONE:  # Else the place is given up first.
            self._directory.dispatcher.changed()
        await agent.hang_up()

    def _taken(self, wanted: Wanted) -> Contact:
        """A supervisor has the caller: the place in the queue is given up."""
        self._announcer.stop()
        self._directory.dispatcher.unfollow(self._place)
        self._directory.router.leave(self._place, QueueOutcome.SERVED)
        return Contact(self._context, wanted.phone, wanted.name, wanted.queue)

    async def _talk(self, contact: Contact) -> QueueLeft:
        """Until one of them hangs up, or the caller is sent on."""
        context = self._context
        self._talked = True
        talk = Talk(context, contact, nodes=self._action.back_to, voicemail=self._action.voicemail)
        try:
            await self._ringing.cancel()
            context.move(CallEvent.BRIDGED)
            contact.bridged(self._waited_ms)
        except BaseException:
            contact.close("caller")
            await contact.leg.hang_up()
            raise
        ended = await talk.run()
        self._line.keypad.discard_typed(DropReason.BRIDGED)
        return _left_by(ended)


def _left_by(ended: TalkEnded) -> QueueLeft:
    if ended.failed:
        return QueueLeft(QueueOutcome.NOT_TAKEN)
    if ended.onward is None:
        return QueueLeft(QueueOutcome.SERVED)
    return _sent_to(ended.onward)


def _sent_to(target: Target) -> QueueLeft:
    if target.kind is TargetKind.QUEUE:
        return QueueLeft(QueueOutcome.SENT, queue=target.name)
    return QueueLeft(QueueOutcome.SENT, node=target.name)
