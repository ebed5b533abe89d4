"""The dialogue of a call: the flow engine asks, this carries out, until the flow hangs up."""

from __future__ import annotations

import time
from collections.abc import Sequence

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.engine import start, step
from voicebot.flow.state import Flow
from voicebot.flow.steps import (
    Action,
    Call,
    CallFailed,
    Enqueue,
    Event,
    HangUp,
    Listen,
    Note,
    QueueLeft,
    Replied,
    Say,
    Started,
    Transfer,
    TransferEnded,
)
from voicebot.session.context import Context
from voicebot.session.tasks import Work
from voicebot.session.transfer import transfer
from voicebot.session.turn import take_turn
from voicebot.session.waiting import wait_for_agent
from voicebot.turns.floor import FloorEvent

Row = list[tuple[Prompt, BargeIn]]
"""Prompts to be said, each with what may interrupt it."""


async def converse(context: Context, flow: Flow) -> HangUp:
    """Walk the flow to its end. Raises `LegGone` when the caller hangs up."""
    state = start(flow, today=context.services.today())
    outcome: Event | HangUp = Started(context.line.leg.info)
    while not isinstance(outcome, HangUp):
        began_s = time.perf_counter()
        state, actions = step(state, outcome)
        step_ms = round((time.perf_counter() - began_s) * 1000, 2)
        outcome = await _carry_out(context, _timed(actions, step_ms))
    return outcome


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
                _note(context, kind, dict(data))
            case Say(prompts, barge_in):
                row.extend((prompt, barge_in) for prompt in prompts)
            case _:
                return await _wait_for(context, action, row)
    raise RuntimeError("the flow engine asked for nothing to wait for")


async def _wait_for(context: Context, action: Action, row: Row) -> Event | HangUp:
    context.keep_secret(on=isinstance(action, Listen) and action.expectation.secret)
    match action:
        case Listen():
            return await take_turn(context, row, action)
        case Call():
            return await _ask_back_end(context, action, row)
        case Enqueue():
            await say(context, row)
            return QueueLeft(await wait_for_agent(context, action))
        case Transfer(target):
            await say(context, row)
            return TransferEnded(await transfer(context, target))
        case HangUp():
            await say(context, row)
            return action
    raise RuntimeError(f"no such action: {type(action).__name__}")


def _note(context: Context, kind: FactKind, data: dict[str, object]) -> None:
    if kind is FactKind.MOVED:
        context.node = str(data["node"])
    context.pen.write(kind, **data)


async def say(context: Context, row: Row) -> None:
    """Say all of it, to the end, whatever the caller does meanwhile."""
    if not row:
        return
    context.hand_on(FloorEvent.PROMPT_STARTED)
    context.speaker.start(row)
    while context.speaker.speaking:
        await context.line.frame()
    context.hand_on(FloorEvent.WAITING)


async def _ask_back_end(context: Context, action: Call, row: Row) -> Event:
    """Ask while the prompts play; cover a long wait with a word, so that nobody hears nothing."""
    line, speaker = context.line, context.speaker
    asked_ms = line.now_ms
    work = context.tasks.start(context.services.backend.request(action.request), "back end")
    speaker.start(row)
    if row:
        context.hand_on(FloorEvent.PROMPT_STARTED)
    covered = not action.cover
    while speaker.speaking or not work.done:
        await line.frame()
        if not covered and not speaker.speaking and line.now_ms - asked_ms > action.cover_after_ms:
            covered = True
            context.hand_on(FloorEvent.PROMPT_STARTED)
            speaker.start([(prompt, BargeIn.NONE) for prompt in action.cover])
    context.hand_on(FloorEvent.WAITING)
    return _reply(context, action, work, line.now_ms - asked_ms)


def _reply(context: Context, action: Call, work: Work[BackendReply], took_ms: int) -> Event:
    fact = {"node": context.node, "method": action.request.method, "took_ms": took_ms}
    try:
        reply = work.result()
    except EngineError as error:
        reason = "timeout" if "timeout" in str(error) else "error"
        context.pen.write(FactKind.REQUESTED, **fact, status=0, error=reason)
        return CallFailed(reason)
    context.pen.write(FactKind.REQUESTED, **fact, status=reply.status, error="")
    return Replied(reply)
