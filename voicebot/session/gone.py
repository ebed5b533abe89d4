"""What a flow still does when the caller hung up after a message: what needs nobody on the line."""

from __future__ import annotations

from voicebot.core.errors import EngineError
from voicebot.core.ports import BackendReply
from voicebot.core.record import FactKind
from voicebot.flow.actions import (
    Action,
    Call,
    HangUp,
    Note,
    Notify,
    Pause,
    PlayBack,
    RequestCallback,
)
from voicebot.flow.engine import step
from voicebot.flow.events import CallFailed, Event, Replied, Waited
from voicebot.flow.state import FlowState
from voicebot.session.back_end_call import kept_of, reason_of
from voicebot.session.callback import request_callback
from voicebot.session.context import Context
from voicebot.session.notify import notify

MOST_STEPS = 50
"""A flow that goes round is left after so many waits."""


async def finish(context: Context, state: FlowState, event: Event) -> None:
    """Walk on without the caller, up to the first node that needs one. The end of the flow is
    told in `context.completed`."""
    for _ in range(MOST_STEPS):
        state, actions = step(state, event)
        for action in actions[:-1]:
            _do(context, action)
        last = actions[-1]
        if isinstance(last, HangUp):
            context.completed = last.outcome
            return
        answer = await _answer(context, last)
        if answer is None:
            return
        event = answer


def _do(context: Context, action: Action) -> None:
    match action:
        case Note(kind, data):
            context.note(kind, data)
        case Notify():
            notify(context, action)
        case _:
            return  # Nobody hears what is said.


async def _answer(context: Context, action: Action) -> Event | None:
    """None for what needs the caller."""
    match action:
        case Call():
            return await _ask(context, action)
        case RequestCallback():
            return await request_callback(context, action, gone=True)
        case Pause() | PlayBack():
            return Waited()
        case _:
            return None


async def _ask(context: Context, action: Call) -> Event:
    fact = {"node": context.node, "method": action.request.method, "took_ms": 0}
    try:
        reply: BackendReply = await context.services.backend.request(action.request)
    except EngineError as error:
        reason = reason_of(error)
        context.pen.write(FactKind.REQUESTED, **fact, status=0, error=reason, reply=None)
        return CallFailed(reason)
    kept = kept_of(reply, action)
    context.pen.write(FactKind.REQUESTED, **fact, status=reply.status, error="", reply=kept)
    return Replied(reply)
