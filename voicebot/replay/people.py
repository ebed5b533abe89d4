"""Agents, queues and whoever else was called, as they were then.

joined ─▶ the facts of then, each as long after it as it came ─▶ out of the queue
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from voicebot.core.call import CallEvent
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import QueueOutcome, QueueStatus, TransferOutcome
from voicebot.core.record import Fact, FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Dial, Enqueue, Transfer
from voicebot.flow.events import QueueLeft
from voicebot.replay.assumed import Assumptions
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.stays import Stays, ends, hung_up_within, left_by
from voicebot.session.announcer import filled
from voicebot.session.context import Context
from voicebot.session.music import Music
from voicebot.session.way_out import WayOut
from voicebot.turns.key_drops import DropReason

MOST_PLACES = 100
"""Places that may have been told."""
ASSUMED_WAIT_MS, ASSUMED_TALK_MS = 5_000, 10_000
"""Of a queue that the call did not come to then: an agent answers, and talks."""
_ASSUMED_TRANSFER: Mapping[str, Any] = {
    "target": "",
    "outcome": TransferOutcome.DONE.value,
    "code": 200,
    "talk_ms": ASSUMED_TALK_MS,
}
_STATUS = tuple(one.name for one in fields(QueueStatus))
_MOVES = {
    FactKind.OFFERED: CallEvent.OFFERED,
    FactKind.OFFER_ENDED: CallEvent.OFFER_FAILED,
    FactKind.BRIDGED: CallEvent.BRIDGED,
}


class JournalPeople:
    """Implements `session.context.People` for one call."""

    def __init__(self, call: RecordedCall, assumed: Assumptions, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the time of the call then."""
        self._assumed, self._now_ms = assumed, now_ms
        self._seen = deque(call.of(FactKind.QUEUE_SEEN))
        self._stays = Stays(call)
        self._hung_up_within = hung_up_within(call)
        of_queues = self._stays.numbers
        transfers = call.of(FactKind.TRANSFERRED)
        self._transfers = deque(fact for fact in transfers if fact.seq not in of_queues)
        self._last: QueueStatus | None = None

    def look(self, context: Context, queue: str) -> QueueStatus:
        """As it was seen then."""
        while self._seen:
            data = self._seen.popleft().data
            if data["queue"] == queue:
                self._last = _status(data)
                return self._last
        self._assumed.note(f"the queue {queue} was not looked at: an agent is free")
        self._last = QueueStatus(staffed=1, available=1)
        return self._last

    async def wait(self, context: Context, action: Enqueue) -> QueueLeft:
        """Wait as long as then, and with the same end. Raises `LegGone`."""
        context.queued = True
        if refusal := self._stays.refusal(action.queue):
            return QueueLeft(refusal)
        if self._last is not None and not self._last.staffed:
            return QueueLeft(QueueOutcome.NOBODY)
        if self._last is not None and self._last.full:
            return QueueLeft(QueueOutcome.FULL)
        left = await self._stay(context, action)
        while left.queue:  # An agent sent the caller on.
            if refusal := self._stays.refusal(left.queue):
                return QueueLeft(refusal)
            action = replace(action, queue=left.queue)
            left = await self._stay(context, action)
        return left

    async def _stay(self, context: Context, action: Enqueue) -> QueueLeft:
        queue, facts = action.queue, self._stays.next(action.queue)
        if not facts:
            self._assumed.note(f"the call did not come to the queue {queue}: an agent answers")
        return await _Stay(context, action, facts, self._hung_up_within).run()

    async def transfer(self, context: Context, action: Transfer | Dial) -> TransferOutcome:
        """The outcome of then, after as long. Raises `LegGone`."""
        if not self._transfers:
            self._assumed.note("nobody was called: whoever is called now answers")
            until_ms = self._now_ms() + ASSUMED_TALK_MS
            data: Mapping[str, Any] = _ASSUMED_TRANSFER
        else:
            fact = self._transfers.popleft()
            hung_up = fact.seq >= self._hung_up_within
            until_ms, data = sys.maxsize if hung_up else fact.at_ms, fact.data
        outcome = TransferOutcome(data["outcome"])
        context.transferred = context.transferred or outcome is TransferOutcome.DONE
        try:
            while self._now_ms() < until_ms:
                await context.line.frame()
        finally:
            context.pen.write(FactKind.TRANSFERRED, **data)
        return outcome


class _Stay:
    """One stay in a queue."""

    def __init__(
        self, context: Context, action: Enqueue, stay: list[Fact], hung_up_within: int
    ) -> None:
        self._context, self._line, self._action = context, context.line, action
        self._began_ms = context.line.now_ms
        self._hung_up_within = hung_up_within
        told = stay[1:] or _assumed_stay(context, action)
        self._facts = deque(fact for fact in told if fact.kind is not FactKind.SAID)
        self._said = deque(fact for fact in told if fact.kind is FactKind.SAID)
        self._then_ms = stay[0].at_ms if stay else self._began_ms
        self._position = int(stay[0].data.get("position", 1)) if stay else 1
        leg = context.line.leg
        self._music = Music(leg, context.services.music(action.queue, leg.rate))
        self._way_out = WayOut(context, action)
        self._agent = ""
        self._bridged_ms: int | None = None
        self._ending: Mapping[str, Any] = {}
        """What else the journal tells of the end of the talk."""
        self._last: Fact | None = None
        """The fact that ended it."""
        self._ringing = 0
        """Phones that ring."""

    async def run(self) -> QueueLeft:
        context, queue = self._context, self._action.queue
        context.move(CallEvent.ENQUEUED)
        summary = dict(self._action.summary)
        context.pen.write(FactKind.QUEUED, queue=queue, position=self._position, summary=summary)
        outcome = "abandoned"
        try:
            left = await self._until_left()
            outcome = left.outcome
        finally:
            self._way_out.close()
            self._leave(outcome)
        context.move(CallEvent.RETURNED)
        return left

    async def _until_left(self) -> QueueLeft:
        while True:
            while self._facts and self._is_due(self._facts[0]):
                fact = self._facts.popleft()
                if fact.kind is FactKind.LEFT_QUEUE and fact.data["outcome"] == "left":
                    continue
                if ends(fact):
                    self._last = fact
                    return left_by(fact)
                self._take(fact)
            if self._bridged_ms is None:
                self._entertain()
            frame = await self._line.frame()
            if self._bridged_ms is None:
                left = await self._way_out.found(frame)
                if left is not None:
                    return left

    def _is_due(self, fact: Fact) -> bool:
        waited_ms = self._line.now_ms - self._began_ms
        hung_up = ends(fact) and fact.seq >= self._hung_up_within
        return fact.at_ms - self._then_ms <= waited_ms and not hung_up

    def _take(self, fact: Fact) -> None:
        context = self._context
        if self._moves(fact.kind):
            context.move(_MOVES[fact.kind])
        if fact.kind is FactKind.BRIDGED:
            self._bridged_ms, self._agent = self._line.now_ms, str(fact.data["agent"])
            ends = (one.data for one in self._facts if one.kind is FactKind.UNBRIDGED)
            self._ending = next(ends, {})
            context.bridged = True
            context.speaker.stop()
            self._music.stop()
        context.pen.write(fact.kind, **fact.data)

    def _moves(self, kind: FactKind) -> bool:
        """Several phones may have rung: the first and the last of them count."""
        before = self._ringing
        self._ringing += {FactKind.OFFERED: 1, FactKind.OFFER_ENDED: -1}.get(kind, 0)
        first_talk = kind is FactKind.BRIDGED and self._bridged_ms is None
        of_offers = kind in _MOVES and kind is not FactKind.BRIDGED
        return first_talk or (of_offers and 0 in (before, self._ringing))

    def _entertain(self) -> None:
        """Music, and what was announced when it was announced then."""
        speaker = self._context.speaker
        if speaker.speaking:
            return
        waited_ms = self._line.now_ms - self._began_ms
        if self._said and int(self._said[0].data["start_ms"]) - self._then_ms <= waited_ms:
            row = [self._said.popleft()]
            while self._said and self._said[0].at_ms == row[0].at_ms:
                row.append(self._said.popleft())
            found = [self._prompt(str(fact.data["text"])) for fact in row]
            # Words that have changed since: the place is told in those of today.
            otherwise = [filled(p, "position", self._position) for p in self._action.position]
            prompts = [prompt for prompt in found if prompt] or otherwise
            self._music.stop()
            speaker.start([(prompt, BargeIn.NONE) for prompt in prompts])
        else:
            self._music.keep_playing()

    def _prompt(self, text: str) -> Prompt | None:
        """What was said to one who waits, by which of it sounds like `text`."""
        voice = self._context.services.voice
        return next((prompt for prompt in self._sayings() if voice.text(prompt) == text), None)

    def _sayings(self) -> Iterator[Prompt]:
        action = self._action
        yield from action.comfort
        for place in range(max(self._position, MOST_PLACES), 0, -1):
            yield from (filled(p, "position", place) for p in (*action.position, *action.many))
        for minutes in range(1, 61):
            yield from (filled(p, "wait", 60 * minutes) for p in action.wait)

    def _leave(self, outcome: str) -> None:
        context = self._context
        context.speaker.stop()
        self._music.stop()
        waited_ms = self._line.now_ms - self._began_ms
        last = self._last or (self._facts[-1] if self._facts else None)
        if last is not None and last.kind in (FactKind.TRANSFER, FactKind.TRANSFERRED):
            context.pen.write(last.kind, **last.data)
        elif self._bridged_ms is not None:
            talk_ms = self._line.now_ms - self._bridged_ms
            by = "caller" if outcome == "abandoned" else self._ending.get("by", "agent")
            told = {"agent": self._agent, "talk_ms": talk_ms, "by": by}
            context.pen.write(FactKind.UNBRIDGED, **{**self._ending, **told})
            self._line.keypad.discard_typed(DropReason.BRIDGED)
        else:
            to = str(self._last.data.get("to", "")) if self._last is not None else ""
            told = {"queue": self._action.queue, "outcome": outcome, "wait_ms": waited_ms}
            context.pen.write(FactKind.LEFT_QUEUE, **told, to=to)


def _status(data: Mapping[str, Any]) -> QueueStatus:
    values: dict[str, Any] = {name: data[name] for name in _STATUS if name in data}
    return QueueStatus(**values)


def _assumed_stay(context: Context, action: Enqueue) -> list[Fact]:
    """An agent answers after a while, and talks for a while."""
    now_ms, queue, agent = context.line.now_ms, action.queue, "(assumed)"
    began = context.services.clock()

    def fact(after_ms: int, kind: FactKind, **data: Any) -> Fact:
        return Fact(context.id, 0, now_ms + after_ms, began, kind, data)

    waited_ms = ASSUMED_WAIT_MS
    return [
        fact(1_000, FactKind.OFFERED, queue=queue, agent=agent),
        fact(waited_ms, FactKind.BRIDGED, queue=queue, agent=agent, wait_ms=waited_ms),
        fact(waited_ms + ASSUMED_TALK_MS, FactKind.UNBRIDGED, agent=agent, by="agent"),
    ]
