"""The dialogue of a call: the flow engine asks, this carries out, until the flow hangs up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

from voicebot.core.call import CallEvent, CallState
from voicebot.core.errors import EngineError, LegGone
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
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
    Notify,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Say,
    Transfer,
    Wait,
)
from voicebot.flow.engine import outlives_caller, recognized, start, step
from voicebot.flow.events import (
    CallerGone,
    EngineFailed,
    Event,
    LookedUp,
    QueueSeen,
    Recorded,
    Started,
    TimeUp,
    TransferEnded,
)
from voicebot.flow.flow import Flow
from voicebot.flow.walk import Walk
from voicebot.session.back_end_call import ask_back_end
from voicebot.session.callback import request_callback
from voicebot.session.context import Context
from voicebot.session.customer import Caller, find_customer
from voicebot.session.dial import dial
from voicebot.session.gone import finish
from voicebot.session.limit import CallLimit, TimeIsUp
from voicebot.session.message import take_message
from voicebot.session.notify import notify
from voicebot.session.pause import pause, play_back
from voicebot.session.returning import Returning
from voicebot.session.transfer import transfer
from voicebot.session.turn import take_turn
from voicebot.session.waiting import wait_for_agent
from voicebot.turns.floor import FloorEvent

Row = list[tuple[Prompt, BargeIn]]
"""Prompts to be said, each with what may interrupt it."""


async def converse(
    context: Context, flow: Flow, who: Caller | None = None, returning: Returning | None = None
) -> HangUp:
    """Walk the flow to its end. Raises `LegGone` when the caller hangs up."""
    limit = CallLimit(context, flow)
    context.line.on_frame = limit.frame
    try:
        who, returning = who or Caller(context), returning or Returning(context)
        return await _Conversation(context, flow, limit, who, returning).run()
    finally:
        limit.lift()


class _Conversation:
    """The walk of one call through its flow."""

    def __init__(
        self,
        context: Context,
        flow: Flow,
        limit: CallLimit,
        who: Caller,
        returning: Returning,
    ) -> None:
        self._context, self._flow, self._limit, self._who = context, flow, limit, who
        self._returning = returning
        now = context.services.clock().astimezone(context.services.zone)
        language = who.language_of(flow)
        begun = start(flow, language, now=now, customer=who.customer)
        self._state = returning.state(begun)
        self._passed_on = False
        """What outlives the caller has been done."""

    async def run(self) -> HangUp:
        try:
            return await self._walk()
        except LegGone:
            if outlives_caller(self._state) and not self._passed_on:
                await finish(self._context, self._state, CallerGone())
            raise

    async def _walk(self) -> HangUp:
        outcome: Event | HangUp = Started(self._context.line.leg.info)
        while not isinstance(outcome, HangUp):
            outcome = await self._next(outcome)
            if isinstance(outcome, Recorded) and outcome.gone:
                self._passed_on = True
                await finish(self._context, self._state, outcome)
                raise LegGone("the caller hung up after a message")
        return outcome

    async def _next(self, event: Event) -> Event | HangUp:
        """One step, and what comes of it."""
        context = self._context
        if (customer := self._who.news()) is not None:
            self._state = recognized(self._state, customer)
        began_s = time.perf_counter()
        self._state, actions = step(self._state, event, context.line.now_ms)
        step_ms = round((time.perf_counter() - began_s) * 1000, 2)
        self._returning.keep(self._state)
        if isinstance(actions[-1], HangUp):
            self._limit.lift()
        elif self._limit.should_warn():
            actions = (Say(self._warning(), BargeIn.NONE), *actions)
        try:
            return await _carry_out(context, _timed(actions, step_ms))
        except TimeIsUp:
            self._interrupt()
            return TimeUp()

    def _warning(self) -> tuple[Prompt, ...]:
        walk = Walk(self._state)
        return tuple(walk.prompt(ref) for ref in self._flow.file.max_call.warning)

    def _interrupt(self) -> None:
        """Whatever went on is over: the flow has the word."""
        context = self._context
        context.speaker.stop()
        context.line.leg.flush()
        if context.state is not CallState.IVR:
            context.move(CallEvent.RETURNED)


def _timed(actions: Sequence[Action], step_ms: float) -> Sequence[Action]:
    """The actions with the time of their step in the first move to a node."""
    for i, action in enumerate(actions):
        if isinstance(action, Note) and action.kind is FactKind.MOVED:
            timed = Note(action.kind, {**action.data, "step_ms": step_ms})
            return [*actions[:i], timed, *actions[i + 1 :]]
    return actions


async def _carry_out(context: Context, actions: Sequence[Action]) -> Event | HangUp:
    row: Row = []
    for action in actions:
        match action:
            case Note(kind, data):
                context.note(kind, data)
            case Notify():
                notify(context, action)
            case Say(prompts, barge_in):
                row.extend((prompt, barge_in) for prompt in prompts)
            case _:
                return await _wait_for(context, action, row)
    raise RuntimeError("the flow engine asked for nothing to wait for")


async def _wait_for(context: Context, action: Wait, row: Row) -> Event | HangUp:
    context.keep_secret(on=isinstance(action, Listen) and action.expectation.secret)
    match action:
        case Listen():
            return await take_turn(context, row, action)
        case Call():
            return await ask_back_end(context, action, row)
    await say(context, row)
    try:
        return await _after_words(context, action)
    except EngineError as error:
        what = type(action).__name__.lower()
        context.pen.write(FactKind.FAILED, what=what, error=str(error))
        return EngineFailed(what)


async def _after_words(context: Context, action: Wait) -> Event | HangUp:
    people = context.services.people
    match action:
        case LookUp(text, knowledge, language):
            understanding = context.services.understanding
            return LookedUp(await understanding.look_up(text, knowledge, language))
        case LookAtQueue(queue):
            return _look_at(context, queue)
        case FindCustomer():
            return await find_customer(context, action)
        case Enqueue(queue):
            _look_at(context, queue)
            return await (people.wait if people else wait_for_agent)(context, action)
        case Transfer() | Dial() if people:
            return TransferEnded(await people.transfer(context, action))
        case Transfer(target):
            return TransferEnded(await transfer(context, target))
        case Dial():
            return TransferEnded(await dial(context, action))
        case Record():
            return await take_message(context, action)
        case PlayBack():
            return await play_back(context, action)
        case Pause():
            return await pause(context, action)
        case RequestCallback():
            return await request_callback(context, action)
        case HangUp():
            return action
    raise RuntimeError(f"no such action: {type(action).__name__}")


def _look_at(context: Context, queue: str) -> QueueSeen:
    """Noted, as it decides where the call goes."""
    people = context.services.people
    status = people.look(context, queue) if people else context.directory.status(queue)
    context.pen.write(FactKind.QUEUE_SEEN, queue=queue, **asdict(status))
    return QueueSeen(status)


async def say(context: Context, row: Row) -> None:
    """Say all of it, to the end, whatever the caller does meanwhile."""
    if not row:
        return
    context.hand_on(FloorEvent.PROMPT_STARTED)
    context.speaker.start(row)
    while context.speaker.speaking:
        await context.line.frame()
    context.hand_on(FloorEvent.WAITING)
