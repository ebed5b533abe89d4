"""The engine: one conversation a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flow_caller import MENU, Caller

from voicebot.core.call import Outcome
from voicebot.core.meaning import Interpretation, Match
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import QueueOutcome
from voicebot.core.record import FactKind
from voicebot.flow.actions import Enqueue, HangUp, Listen
from voicebot.flow.engine import UnexpectedEvent, start, step
from voicebot.flow.events import EngineFailed, NoInput, QueueLeft, Replied, Typed, Understood
from voicebot.flow.flow import Flow
from voicebot.flow.state import Waiting

Build = Callable[..., Flow]


def test_the_first_condition_that_holds_decides(build: Build) -> None:
    nodes = """
    first: {kind: set, values: {n: 2, m: n * 2}, to: which}
    which:
      kind: branch
      when: [{if: n > 2, to: bye}, {if: m == 4, to: four}]
      else: bye
    four: {kind: say, prompt: "Four. {call.caller}", to: bye}
    """
    assert Caller(build(nodes)).said == "Four. +4930123 Bye."


def test_an_expression_without_a_value_takes_the_error_path(build: Build) -> None:
    caller = Caller(build("first: {kind: set, values: {n: 1 / 0}, to: bye}"))
    assert caller.said == "Trouble."
    (failed,) = caller.notes(FactKind.FAILED)
    assert failed == {"what": "flow node first", "error": "/ has no result"}


def test_a_recognizer_that_fails_leaves_the_keys(build: Build) -> None:
    caller = Caller(build(MENU)).send(EngineFailed("recognizer"))
    assert caller.said.startswith("Sorry, I didn't get that."), "once may be a worker that died"
    caller.send(EngineFailed("recognizer"))
    assert caller.said.startswith("I'm having trouble hearing you.")
    assert caller.listen.expectation.speech is False
    assert isinstance(caller.send(Typed("2")).actions[-1], HangUp)
    caller = Caller(build(MENU))
    for _ in range(3):
        caller.send(EngineFailed("x"))
    assert caller.said == "Trouble."


def test_coming_back_to_the_same_node_too_often(build: Build) -> None:
    caller = Caller(build(MENU))
    for _ in range(20):
        caller.command("main_menu")
        if caller.state.waiting is Waiting.QUEUE:
            break
    assert caller.state.visits["first"] == 11
    assert caller.said == "Trouble."


def test_an_error_path_that_fails_ends_the_call_with_an_apology(build: Build) -> None:
    flow = build("first: {kind: set, values: {n: 1 / 0}, to: bye}")
    broken = flow.file.model_copy(update={"on_error": "first"})
    caller = Caller(replace(flow, file=broken))
    assert caller.said.startswith("I'm sorry, something went wrong at our end.")
    assert caller.actions[-1] == HangUp(Outcome.FAILED)


def test_too_many_steps_take_the_error_path_which_still_reaches_a_person(build: Build) -> None:
    flow = build(MENU)
    settings = replace(flow.settings, max_steps=20)
    caller = Caller(replace(flow, settings=settings))
    while caller.state.waiting is Waiting.CALLER:
        caller.command("repeat")
        assert caller.state.steps < 30
    assert caller.said == "Trouble."
    assert isinstance(caller.actions[-1], Enqueue)


@pytest.mark.parametrize(
    ("waiting", "event"),
    [
        (Waiting.START, NoInput()),
        (Waiting.CALLER, QueueLeft(QueueOutcome.SERVED)),
        (Waiting.CALLER, Replied(BackendReply(200, None))),
        (Waiting.ENDED, NoInput()),
        (Waiting.ENDED, EngineFailed("x")),
    ],
)
def test_an_event_that_nothing_waited_for_is_a_mistake(
    build: Build, waiting: Waiting, event: object
) -> None:
    flow = build(MENU)
    state = replace(start(flow), waiting=waiting, node="first")
    with pytest.raises(UnexpectedEvent):
        step(state, event)  # type: ignore[arg-type]


def test_a_step_changes_nothing_but_returns_the_new_state(build: Build) -> None:
    caller = Caller(build(MENU))
    before = caller.state
    event = Understood(Interpretation(Match.CHOICE, "x", 0.9, choice="balance"))
    assert step(before, event) == step(before, event)
    assert isinstance(step(before, NoInput())[1][-1], Listen)


def test_properties_inherit_from_system_to_flow_to_node(build: Build) -> None:
    head_flow = build(MENU.replace("again:", "timing: {no_input: 2s}\n  again:"))
    timing = Caller(head_flow).listen.timing
    assert (timing.no_input_ms, timing.end_complete_ms) == (2_000, 400)
    flow = build(MENU)
    assert Caller(flow).listen.timing.no_input_ms == 5_000
    named = [prompt.id for prompt in flow.static_prompts()]
    assert "did_you_mean" not in named
    assert "sorry" in named
    assert len(flow.expectations()) == len({repr(e) for e in flow.expectations()})
