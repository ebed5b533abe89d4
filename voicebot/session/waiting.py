"""A caller waits for a person, and talks to one.

join ─▶ music, position ─▶ offer ─▶ answered ─▶ bridge ─▶ the agent hangs up ─▶ back to the flow
              ▲               │ no answer, busy, rejected, unreachable
              └───────────────┘ the place is kept
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.call import CallEvent
from voicebot.core.errors import CallError
from voicebot.core.meaning import SlotValue
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import OfferOutcome, QueueOutcome
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.steps import Enqueue, QueueLeft
from voicebot.session.agent_leg import AgentLeg
from voicebot.session.context import Context
from voicebot.session.music import Music
from voicebot.turns.key_drops import DropReason

LEAVE_KEY = "*"
"""Takes a waiting caller back to the flow."""


async def wait_for_agent(context: Context, action: Enqueue) -> QueueLeft:
    """Wait in a queue and talk to whoever answers. Raises `LegGone` when the caller hangs up."""
    desk = context.directory.switchboard
    context.queued = True
    if not desk.staffed(action.queue):
        return QueueLeft(QueueOutcome.NOBODY)
    if desk.is_full(action.queue):
        return QueueLeft(QueueOutcome.FULL)
    return await _Waiting(context, action).run()


class _Waiting:
    """One stay in one queue."""

    def __init__(self, context: Context, action: Enqueue) -> None:
        self._context = context
        self._line = context.line
        self._action = action
        self._desk = context.directory.switchboard
        self._spec = self._desk.queues[action.queue]
        self._joined_ms = context.line.now_ms
        leg = context.line.leg
        self._music = Music(leg, context.services.music(action.queue, leg.rate))
        self._agent: AgentLeg | None = None
        self._talked = False
        self._left_by = ""
        """The key that took the caller out."""
        self._announced = 0
        self._announced_ms = 0

    @property
    def _waited_ms(self) -> int:
        return self._line.now_ms - self._joined_ms

    async def run(self) -> QueueLeft:
        context, queue = self._context, self._action.queue
        self._desk.join(context.id, queue, context.directory.now_ms())
        context.move(CallEvent.ENQUEUED)
        position = self._desk.position(context.id)
        context.pen.write(
            FactKind.QUEUED, queue=queue, position=position, summary=dict(self._action.summary)
        )
        outcome = "abandoned"
        try:
            outcome = await self._wait()
        finally:
            await self._close(outcome)
        context.move(CallEvent.RETURNED)
        return QueueLeft(QueueOutcome(outcome), self._left_by)

    async def _wait(self) -> QueueOutcome:
        while True:
            await self._line.frame()
            if await self._offer() and await self._talk():
                return QueueOutcome.SERVED
            if (outcome := self._given_up()) is not None:
                return outcome
            self._entertain()

    async def _close(self, outcome: str) -> None:
        """Leave nothing behind: no place in the queue, no ringing phone, no music."""
        self._desk.leave(self._context.id)
        self._context.speaker.stop()
        self._music.stop()
        if self._agent is not None:
            await self._end_offer(OfferOutcome.CALLER_GONE)
        if not self._talked:
            self._context.pen.write(
                FactKind.LEFT_QUEUE,
                queue=self._action.queue,
                outcome=outcome,
                wait_ms=self._waited_ms,
            )

    def _given_up(self) -> QueueOutcome | None:
        """The caller asked out, or waited too long with no phone ringing."""
        while press := self._line.keys.take():
            if press.key == LEAVE_KEY or press.key in self._action.keys:
                self._left_by = press.key
                return QueueOutcome.LEFT
            self._line.keypad.drop(press.method, DropReason.NOT_WANTED)
        if self._agent is None and self._waited_ms >= self._spec.max_wait_ms:
            return QueueOutcome.TIMEOUT
        return None

    # ------------------------------------------------------------ offers

    async def _offer(self) -> bool:
        """Go on with the offer; True when an agent has answered."""
        if self._agent is None:
            self._next_offer()
            return False
        outcome = self._agent.outcome(self._line.now_ms)
        if outcome is OfferOutcome.ANSWERED:
            return True
        if outcome is not None:
            await self._wait_on(outcome)
        return False

    def _next_offer(self) -> None:
        context = self._context
        offer = self._desk.claim(context.id, context.directory.now_ms())
        if offer is None:
            return
        context.move(CallEvent.OFFERED)
        context.pen.write(FactKind.OFFERED, queue=offer.queue, agent=offer.agent.name)
        self._agent = AgentLeg(context, offer, self._spec.ring_ms)

    async def _wait_on(self, outcome: OfferOutcome) -> None:
        """The offer came to nothing: the caller waits on, in place."""
        await self._end_offer(outcome)
        self._context.move(CallEvent.OFFER_FAILED)

    async def _end_offer(self, outcome: OfferOutcome) -> None:
        agent, self._agent = self._agent, None
        assert agent is not None
        offer = agent.offer
        self._desk.failed(offer, outcome, self._context.directory.now_ms())
        self._context.pen.write(
            FactKind.OFFER_ENDED, queue=offer.queue, agent=offer.agent.name, outcome=outcome
        )
        await agent.hang_up()

    # ------------------------------------------------------------ talk

    async def _talk(self) -> bool:
        """Caller and agent hear each other until one of them hangs up.

        False where the agent's leg was gone before it could be bridged: the caller waits on.
        """
        agent = self._agent
        assert agent is not None
        assert agent.leg is not None
        self._context.speaker.stop()
        self._music.stop()
        try:
            await self._line.leg.bridge(agent.leg)
        except CallError:
            if self._line.ended is not None:
                raise
            await self._wait_on(OfferOutcome.UNREACHABLE)
            return False
        self._agent = None
        await self._until_hung_up(agent)
        return True

    async def _until_hung_up(self, agent: AgentLeg) -> None:
        context, name, started_ms = self._context, agent.offer.agent.name, self._line.now_ms
        self._talked = context.bridged = True
        self._desk.answered(agent.offer)
        context.move(CallEvent.BRIDGED)
        context.pen.write(
            FactKind.BRIDGED, queue=agent.offer.queue, agent=name, wait_ms=self._waited_ms
        )
        by = "caller"
        try:
            while not agent.ended:
                await self._line.frame()
            by = "agent"
        finally:
            self._desk.released(agent.offer, context.directory.now_ms())
            talk_ms = self._line.now_ms - started_ms
            context.pen.write(FactKind.UNBRIDGED, agent=name, talk_ms=talk_ms, by=by)
            await agent.hang_up()
        self._line.keypad.discard_typed(DropReason.BRIDGED)

    # ------------------------------------------------------------ what is heard meanwhile

    def _entertain(self) -> None:
        speaker = self._context.speaker
        if speaker.speaking:
            return
        if self._should_announce():
            self._music.stop()
            speaker.start([(p, BargeIn.NONE) for p in self._position_prompts()])
        else:
            self._music.keep_playing()

    def _should_announce(self) -> bool:
        """On joining; later only where the position is better and some time has passed."""
        if not self._action.position or self._agent is not None:
            return False
        if not self._announced:
            return True
        due = self._waited_ms - self._announced_ms >= self._spec.announce_every_ms
        return due and self._desk.position(self._context.id) < self._announced

    def _position_prompts(self) -> list[Prompt]:
        self._announced = self._desk.position(self._context.id)
        self._announced_ms = self._waited_ms
        return [_with_position(prompt, self._announced) for prompt in self._action.position]


def _with_position(prompt: Prompt, position: int) -> Prompt:
    return replace(
        prompt,
        parts=tuple(
            replace(part, value=str(position))
            if isinstance(part, SlotValue) and part.raw == "position"
            else part
            for part in prompt.parts
        ),
    )
