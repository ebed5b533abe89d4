"""The engine: `step(state, event) -> (state, actions)`. Pure: no clock, no I/O, no chance.

    START ──Started──▶ nodes … ──▶ CALLER ◀─▶ nodes ◀─▶ BACKEND | QUEUE | TRANSFER | MESSAGE | …
                                                 └────▶ ENDED

Every step ends in an action that waits, or in `HangUp`. Whatever goes wrong on the way (an
expression without a value, a loop, too many steps) becomes a note and the flow's error path; where
that fails as well, the bot apologizes and hangs up.
"""

from __future__ import annotations

import datetime
from typing import cast

from voicebot.core.customers import NOBODY, Customer, TagBy
from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, Note, Notify, Say
from voicebot.flow.digression import stay_within
from voicebot.flow.events import (
    CallbackEnded,
    CallerGone,
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
    TimeUp,
    TransferEnded,
    Typed,
    Understood,
    Waited,
)
from voicebot.flow.expecting import Expecting
from voicebot.flow.expressions import EvaluationError
from voicebot.flow.flow import Flow
from voicebot.flow.state import FlowState, Waiting
from voicebot.flow.visit import Visit
from voicebot.flow.walk import Kind, Walk
from voicebot.flow.walk.copying import changed

TAKES: dict[Waiting, tuple[type, ...]] = {
    Waiting.START: (Started,),
    Waiting.CALLER: (Understood, Typed, NoInput, NoMatch, EngineFailed),
    Waiting.BACKEND: (Replied, CallFailed, EngineFailed),
    Waiting.QUEUE: (QueueLeft, EngineFailed),
    Waiting.TRANSFER: (TransferEnded, EngineFailed),
    Waiting.MESSAGE: (Recorded, EngineFailed),
    Waiting.PAUSE: (Waited, EngineFailed),
    Waiting.CALLBACK: (CallbackEnded, EngineFailed),
    Waiting.STATUS: (QueueSeen, EngineFailed),
    Waiting.KNOWLEDGE: (LookedUp, EngineFailed),
    Waiting.CUSTOMER: (CustomerSeen, EngineFailed),
    Waiting.ENDED: (),
}
"""What may come while the engine waits for something. `TimeUp` may come whatever it waits for,
`CallerGone` where the node outlives its caller."""
_NEW = Visit()
_GOES_ON = (Say, Note, Notify)
"""Actions that wait for nothing."""
_SAID = (Understood, NoMatch)


class UnexpectedEvent(ValueError):
    """An event that nothing waited for: a mistake of the program around the engine."""


def start(
    flow: Flow,
    language: str = "",
    *,
    now: datetime.datetime | None = None,
    customer: Customer = NOBODY,
) -> FlowState:
    """The state before the call is answered; the first event is `Started`.

    `language` is the flow's if empty. `now` is the time with the call's zone (a naive one stands
    for UTC); without it `now`, `today` and opening hours are unknown. `customer` is the caller's
    profile. Together with the events and their times they decide
    all that follows.
    """
    if now is not None and now.tzinfo is None:
        now = now.replace(tzinfo=datetime.UTC)
    known = flow.settings.customers.values(customer)
    flow = flow.in_language(language)
    return FlowState(flow, language or flow.language, now, home=flow.name, customer=known)


def step(
    state: FlowState, event: Event, at_ms: int | None = None
) -> tuple[FlowState, tuple[Action, ...]]:
    """What follows from an event at a time in the call (that of the event before if left out).

    Raises `UnexpectedEvent` for an event that nothing waited for.
    """
    if not isinstance(event, TAKES[state.waiting]) and not _is_special(state, event):
        raise UnexpectedEvent(f"{type(event).__name__} came while waiting for {state.waiting}")
    walk = Walk(state)
    walk.change(steps=state.steps + 1, at_ms=state.at_ms if at_ms is None else at_ms)
    if state.waiting is Waiting.CALLER:
        walk.change(last_said=state.said, said=(), heard=_heard(state, event))
    if isinstance(event, Started):
        # The session counts from the first sound, which may be before the answer.
        already = datetime.timedelta(milliseconds=walk.state.at_ms)
        walk.change(info=event.info, began=state.began and state.began - already)
        if state.resumes_at:
            walk.say(("cut_off",))
            walk.go(state.resumes_at, "resumed")
        else:
            walk.go(state.flow.file.start, "start")
    elif isinstance(event, TimeUp):
        walk.time_is_up()
    elif not walk.out_of_steps():
        _guarded(walk, event)
    while walk.next is not None:
        _enter(walk, *walk.next)
    assert not isinstance(walk.actions[-1], _GOES_ON), "a step ends in an action that waits"
    return walk.state, tuple(walk.actions)


def recognized(state: FlowState, customer: Customer) -> FlowState:
    """The state once it is known who calls: from the next step on."""
    return changed(state, customer=state.flow.settings.customers.values(customer))


def outlives_caller(state: FlowState) -> bool:
    """The present node has something to pass on, though the caller hung up."""
    node = state.flow.nodes.get(state.node)
    return isinstance(node, Kind) and node.outlives_caller(state.visit)


def _heard(state: FlowState, event: Event) -> str:
    """What the caller said, unless it is secret."""
    said = event.interpretation if isinstance(event, _SAID) else None
    if said is None:
        return ""
    node = state.flow.nodes[state.node]
    is_secret = isinstance(node, Expecting) and node.asks_secret(
        state.flow, state.visit, state.language
    )
    return "" if is_secret else said.text


def _is_special(state: FlowState, event: Event) -> bool:
    if state.waiting in (Waiting.START, Waiting.ENDED):
        return False
    is_bereft = isinstance(event, CallerGone) and outlives_caller(state)
    return is_bereft or isinstance(event, TimeUp)


def _guarded(walk: Walk, event: Event | None) -> None:
    """Let the present node act; an expression without a value is the flow's error."""
    node = cast("Kind", walk.flow.nodes[walk.state.node])
    try:
        if event is None:
            node.enter(walk)
        else:
            node.take(walk, event)
    except EvaluationError as error:
        walk.fail(str(error))


def _enter(walk: Walk, name: str, via: str) -> None:
    state, limits = walk.state, walk.flow.settings
    in_a_row = state.in_a_row + 1 if name == state.node else 1
    walk.next = None
    walk.change(
        node=name,
        came_from=state.node,
        visit=_NEW,
        visits={**state.visits, name: state.visits.get(name, 0) + 1},
        steps=state.steps + 1,
        in_a_row=in_a_row,
    )
    stay_within(walk, name)
    walk.note(FactKind.MOVED, node=state.place(name), via=via)
    for tag in walk.flow.nodes[name].tags:
        walk.tag(walk.render(tag), TagBy.NODE)
    walk.tag_by_rules()
    if walk.out_of_steps():
        return
    if in_a_row > limits.max_same_node:
        walk.change(in_a_row=0)
        walk.fail("the same node too many times in a row")
    else:
        _guarded(walk, None)
