"""One call from its words: what was recognized and keyed then, understood and answered as today.

No sound and no frames: milliseconds a call. Back end, queues, people and clock are as they were.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any, TypeVar

from voicebot.core.afterwards import CallbackOutcome, RecordOutcome
from voicebot.core.call import CallId, EndedBy, Outcome
from voicebot.core.customers import NOBODY, Customer
from voicebot.core.meaning import Expectation, Match
from voicebot.core.ports import BackendReply
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import QueueOutcome, QueueStatus, TransferOutcome
from voicebot.core.record import Fact, FactKind
from voicebot.flow.actions import (
    Action,
    Call,
    Dial,
    Enqueue,
    FindCustomer,
    HangUp,
    Listen,
    LookAtQueue,
    LookUp,
    Note,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Say,
    Transfer,
)
from voicebot.flow.customers import opening_language
from voicebot.flow.engine import recognized, start, step
from voicebot.flow.events import (
    CallbackEnded,
    CallFailed,
    CustomerSeen,
    EngineFailed,
    Event,
    LookedUp,
    NoInput,
    NoMatch,
    QueueLeft,
    QueueSeen,
    Recorded,
    Replied,
    Started,
    TransferEnded,
    Typed,
    Understood,
    Waited,
)
from voicebot.flow.flow import Flow
from voicebot.flow.resuming import resumed
from voicebot.flow.state import FlowState
from voicebot.replay.assumed import Assumptions
from voicebot.replay.continued import unfinished_of
from voicebot.replay.customers import asked_facts, caller_fact, is_late, known_then
from voicebot.replay.engines import Engines
from voicebot.replay.recognizer import transcript_of
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.run import Replayed
from voicebot.replay.stays import Stays, hung_up_within, left_by

T = TypeVar("T")

_INPUTS = (FactKind.HEARD, FactKind.KEYED, FactKind.TIMED_OUT, FactKind.FAILED)
_ANSWERS = (
    *(FactKind.REQUESTED, FactKind.QUEUE_SEEN),
    *(FactKind.TRANSFERRED, FactKind.MESSAGE, FactKind.CALLBACK),
)
_STATUS = tuple(one.name for one in fields(QueueStatus))
MOST_STEPS = 2_000
DEAF = "speech recognition"
"""What failed where speech could not be heard."""


@dataclass(frozen=True, slots=True)
class _CallerLeft:
    """Nothing more came of the caller."""


def replay_dialogue(call: RecordedCall, flow: Flow, engines: Engines) -> Replayed:
    """Replay one call from its words."""
    return _Walk(call, flow, engines).run()


class _Walk:
    def __init__(self, call: RecordedCall, flow: Flow, engines: Engines) -> None:
        self._call, self._engines = call, engines
        self._id, self._clock = CallId(call.name), call.clock
        self._assumed = Assumptions()
        self._inputs = deque(fact for fact in call.of(*_INPUTS) if _is_input(fact))
        self._understanding = engines.understanding_of(call, self._assumed)
        self._stays = Stays(call)
        self._hung_up_within = hung_up_within(call)
        self._answers = {kind: deque(call.of(kind)) for kind in _ANSWERS}
        caller = self._known_at_start(flow)
        language = opening_language(flow.translations, caller)
        self._facts: list[Fact] = []
        self._now_ms = 0
        self._node = ""
        begun = start(flow, language, now=call.clock, customer=caller)
        self._state = self._gone_on(begun)
        self._queued = self._bridged = self._transferred = self._in_queue = False

    def _known_at_start(self, flow: Flow) -> Customer:
        fact = self._late = caller_fact(self._call)
        self._asked = deque(asked_facts(self._call))
        if fact is None or is_late(self._call, fact):
            return NOBODY
        self._late = None
        return known_then(fact)

    def _gone_on(self, state: FlowState) -> FlowState:
        """Where the call began: of one that broke off, its caller's last one."""
        unfinished = unfinished_of(self._call, state.flow, self._assumed)
        again = resumed(state, unfinished.record) if unfinished.call else None
        if again is None:
            return state
        self._write(FactKind.CONTINUED, {"of": unfinished.call, "node": again.resumes_at})
        return again

    def _recognize(self) -> None:
        """Who calls, where it was known only after the answer."""
        if self._late is not None and self._late.at_ms <= self._now_ms:
            self._state = recognized(self._state, known_then(self._late))
            self._late = None

    def run(self) -> Replayed:
        event: Event | _CallerLeft = Started(self._call.info)
        for _ in range(MOST_STEPS):
            if isinstance(event, _CallerLeft):
                outcome = Outcome.ABANDONED if self._in_queue else Outcome.HUNG_UP
                return self._ended(EndedBy.CALLER, outcome)
            self._recognize()
            self._state, actions = step(self._state, event, self._now_ms)
            last = self._carry_out(actions)
            if isinstance(last, HangUp):
                return self._ended(EndedBy.BOT, last.outcome, last.reason)
            event = self._answer(last)
        return self._ended(EndedBy.SYSTEM, Outcome.FAILED, "the replay did not end")

    def _carry_out(self, actions: tuple[Action, ...]) -> Action:
        for action in actions:
            if isinstance(action, Note):
                if action.kind is FactKind.MOVED:
                    self._node = str(action.data["node"])
                self._write(action.kind, action.data)
            elif isinstance(action, Say):
                for prompt in action.prompts:
                    self._say(prompt)
        return actions[-1]

    def _say(self, prompt: Prompt) -> None:
        text = "" if prompt.secret else self._engines.words_of(prompt, self._today)
        said = {"text": text, "prompt": prompt.id, "start_ms": self._now_ms}
        self._write(FactKind.SAID, said)

    def _today(self) -> date:
        return (self._call.clock + timedelta(milliseconds=self._now_ms)).date()

    def _write(self, kind: FactKind, data: Mapping[str, Any]) -> None:
        facts = self._facts
        facts.append(Fact(self._id, len(facts), self._now_ms, self._clock, kind, data))

    def _ended(self, by: EndedBy, outcome: Outcome, reason: str = "") -> Replayed:
        if self._bridged:
            outcome = Outcome.HANDLED
        elif self._transferred:
            outcome = Outcome.TRANSFERRED
        elif self._queued and outcome in (Outcome.CONTAINED, Outcome.FAILED):
            outcome = Outcome.UNSERVED
        self._now_ms = max(self._now_ms, self._call.ended_ms)
        end = {"by": by.value, "outcome": outcome.value, "code": 200}
        self._write(FactKind.ENDED, {**end, "node": self._node, "reason": reason})
        return Replayed(tuple(self._facts), assumed=tuple(self._assumed.notes))

    # ------------------------------------------------------------ what comes back

    def _answer(self, action: Action) -> Event | _CallerLeft:
        match action:
            case Listen(expectation):
                return self._heard(expectation)
            case Call():
                return self._replied(action)
            case LookAtQueue(queue):
                return QueueSeen(self._seen(queue))
            case Enqueue(queue):
                return self._waited(queue)
            case Transfer() | Dial():
                return self._put_through()
            case Record():
                return self._recorded()
            case RequestCallback():
                fact = self._next(FactKind.CALLBACK)
                outcome = fact.data["outcome"] if fact else CallbackOutcome.ACCEPTED
                return CallbackEnded(CallbackOutcome(outcome))
            case LookUp(text, knowledge, language):
                found = self._understanding
                found.prepare(Expectation(language, knowledge=knowledge))
                return LookedUp(_done(found.look_up(text, knowledge, language)))
            case FindCustomer():
                return self._found_customer()
            case Pause() | PlayBack():
                return Waited()
        raise RuntimeError(f"no such action: {type(action).__name__}")

    def _heard(self, expectation: Expectation) -> Event | _CallerLeft:
        while self._inputs:
            fact = self._inputs.popleft()
            self._now_ms = max(self._now_ms, fact.at_ms)
            data = fact.data
            if fact.kind is FactKind.TIMED_OUT:
                return NoInput()
            if fact.kind is FactKind.FAILED:
                self._write(FactKind.FAILED, data)
                return EngineFailed(DEAF)
            if fact.kind is FactKind.HEARD and expectation.speech:
                self._write(FactKind.HEARD, data)
                return self._understood(data, expectation)
            if fact.kind is FactKind.KEYED and expectation.keys is not None:
                self._write(FactKind.KEYED, data)
                return self._typed(data)
            self._assumed.note("what the caller did is not listened for any more: left out")
        return _CallerLeft()

    def _understood(self, data: Mapping[str, Any], expectation: Expectation) -> Event:
        transcript = transcript_of(data, expectation.language)
        passed = timedelta(milliseconds=self._now_ms)
        self._engines.now = (self._call.clock + passed).replace(tzinfo=None)
        meant = self._understanding.understand(transcript, expectation)
        return Understood(meant) if meant.match is not Match.NONE else NoMatch(meant)

    def _typed(self, data: Mapping[str, Any]) -> Event:
        if data.get("reason") == "invalid":
            return NoMatch()
        if "digits" not in data:
            self._assumed.note("secret keys were replaced")
        return Typed(str(data.get("digits", "0" * int(data.get("count", 0)))))

    def _replied(self, action: Call) -> Event:
        why = "error"
        for _ in range(action.retries + 1):
            fact = self._request(action)
            if fact is None:
                self._assumed.note(
                    f"the back end was not asked at {self._node}: it does not answer"
                )
                return CallFailed("error")
            self._now_ms = max(self._now_ms, fact.at_ms)
            self._write(FactKind.REQUESTED, fact.data)
            if fact.data.get("status"):
                return Replied(BackendReply(int(fact.data["status"]), fact.data.get("reply")))
            why = str(fact.data.get("error") or "error")
        return CallFailed(why)

    def _request(self, action: Call) -> Fact | None:
        answers = self._answers[FactKind.REQUESTED]
        for fact in answers:
            if fact.data["node"] == self._node and fact.data["method"] == action.request.method:
                answers.remove(fact)
                return fact
        return None

    def _seen(self, queue: str) -> QueueStatus:
        fact = self._next(FactKind.QUEUE_SEEN)
        if fact is None:
            self._assumed.note(f"the queue {queue} was not looked at: an agent is free")
            status = QueueStatus(staffed=1, available=1)
        else:
            values: dict[str, Any] = {n: fact.data[n] for n in _STATUS if n in fact.data}
            status = QueueStatus(**values)
        self._write(FactKind.QUEUE_SEEN, {"queue": queue, **asdict(status)})
        return status

    def _waited(self, queue: str) -> Event | _CallerLeft:
        status, self._queued = self._seen(queue), True
        if refusal := self._stays.refusal(queue):
            return QueueLeft(refusal)
        if not status.staffed:
            return QueueLeft(QueueOutcome.NOBODY)
        if status.full:
            return QueueLeft(QueueOutcome.FULL)
        return self._joined(queue)

    def _joined(self, queue: str) -> Event | _CallerLeft:
        stay = self._stays.next(queue)
        if not stay:
            self._write(FactKind.QUEUED, {"queue": queue, "position": 1, "summary": {}})
            self._assumed.note(f"the call did not come to the queue {queue}: an agent answers")
            self._bridged = True
            return QueueLeft(QueueOutcome.SERVED)
        return self._stayed(stay)

    def _stayed(self, stay: list[Fact]) -> Event | _CallerLeft:
        for fact in stay:
            self._now_ms = max(self._now_ms, fact.at_ms)
            self._write(fact.kind, fact.data)
        last = stay[-1]
        sent = last.data.get("outcome") == QueueOutcome.SENT
        if last.kind is not FactKind.LEFT_QUEUE or sent:
            self._bridged = self._bridged or not sent
            if last.seq >= self._hung_up_within:
                return _CallerLeft()
            return self._sent_on(left_by(last))
        self._in_queue = last.data["outcome"] == "abandoned"
        if self._in_queue:
            return _CallerLeft()
        return QueueLeft(QueueOutcome(last.data["outcome"]), "*")

    def _sent_on(self, left: QueueLeft) -> Event | _CallerLeft:
        if not left.queue:
            return left
        refusal = self._stays.refusal(left.queue)
        return QueueLeft(refusal) if refusal else self._joined(left.queue)

    def _found_customer(self) -> Event:
        if not self._asked:
            self._assumed.note("no customer was looked up then: nobody is known")
            return CustomerSeen(NOBODY)
        fact = self._asked.popleft()
        self._now_ms = max(self._now_ms, fact.at_ms)
        self._write(FactKind.CUSTOMER, fact.data)
        customer = known_then(fact)
        return EngineFailed("customer") if customer.error else CustomerSeen(customer)

    def _put_through(self) -> Event | _CallerLeft:
        fact = self._next(FactKind.TRANSFERRED)
        if fact is None:
            self._assumed.note("nobody was called: whoever is called now answers")
        else:
            self._write(FactKind.TRANSFERRED, fact.data)
        outcome = TransferOutcome(fact.data["outcome"] if fact else TransferOutcome.DONE)
        self._transferred = self._transferred or outcome is TransferOutcome.DONE
        if fact is not None and fact.seq >= self._hung_up_within:
            return _CallerLeft()
        return TransferEnded(outcome)

    def _recorded(self) -> Event:
        fact = self._next(FactKind.MESSAGE)
        if fact is None:
            return EngineFailed("record")
        data = fact.data
        self._write(FactKind.MESSAGE, data)
        gone = data["by"] == "hangup"
        return Recorded(
            RecordOutcome(data["outcome"]), data["file"], int(data["duration_ms"]), gone
        )

    def _next(self, kind: FactKind) -> Fact | None:
        answers = self._answers[kind]
        if not answers:
            return None
        fact = answers.popleft()
        self._now_ms = max(self._now_ms, fact.at_ms)
        return fact


def _done(work: Coroutine[Any, Any, T]) -> T:
    """The result of something that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("this was to wait for nothing")


def _is_input(fact: Fact) -> bool:
    return fact.kind is not FactKind.FAILED or fact.data.get("what") == DEAF
