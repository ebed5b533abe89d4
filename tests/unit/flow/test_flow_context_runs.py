"""Runs of calls by chance: what is kept between turns stays true, bounded and the same again; a
person is there on request wherever a bot listens."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_totality import FLOWS, answers

from voicebot.core.call import LegInfo
from voicebot.core.meaning import Interpretation, Match, SlotValue
from voicebot.core.record import FactKind
from voicebot.flow.actions import Action, Listen, Note
from voicebot.flow.base import NodeName, marked
from voicebot.flow.engine import start, step
from voicebot.flow.events import Event, NoMatch, Started, Typed, Understood
from voicebot.flow.flow import Flow
from voicebot.flow.lints.traits import leads_to_people
from voicebot.flow.loader import load_file
from voicebot.flow.state import FlowState, Waiting

NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
TEXT = """\
flow: keeping
start: main
on_error: person
slots:
  amount: {type: money}
  day: {type: date}
  hour: {type: time}
  pin: {type: digits, length: 4, secret: true}
  sure: {type: yes_no}
globals:
  operator: {key: 0, to: person}
  cancel: {to: main}
  times: {phrases: [opening hours], to: times, returns: true}
  place: {phrases: [where], to: place, returns: true}
  more: {phrases: [more], to: more, returns: true}
nodes:
  main:
    kind: menu
    prompt: "Well?"
    guess: {value: '"pay"', likelihood: 0.9}
    choices:
      pay: {key: 1, phrases: [pay], along: [amount, day], follow_up: [day, amount], to: pay}
      book: {key: 2, phrases: [book], along: [day, hour], follow_up: [hour], to: book}
      done: {key: 3, phrases: [bye], to: bye}
  pay: {kind: ask, slots: {amount: "How much?", day: "When?"}, to: sure}
  sure: {kind: ask, slots: {sure: "{amount} on {day}?"}, corrects: [amount, day], to: pin}
  pin: {kind: digits, slot: pin, prompt: "PIN?", to: main}
  book: {kind: ask, slots: {day: "Day?", hour: "Hour?"}, read_back: "{day} {hour}?", to: main}
  times: {kind: ask, slots: {hour: "Which hour?"}, to: back}
  place: {kind: ask, slots: {day: "Which day?"}, to: back}
  more: {kind: menu, prompt: "More?", choices: {yes_please: {key: 5, phrases: [go], to: back}}}
  back: {kind: resume, to: main}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: main, full: bye, nobody: bye, left: main}
  bye: {kind: hangup, prompt: "Bye."}
"""


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    path: Path = tmp_path_factory.mktemp("flows") / "keeping.yaml"
    path.write_text(TEXT)
    return load_file(path, environment={})


def plain(value: Any) -> Any:
    """A state as JSON takes it; a flow by its version, as it never changes."""
    if isinstance(value, Flow):
        return [value.name, value.version, value.language]
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return value


def said_by(event: Event) -> set[tuple[str, str]]:
    """(slot, value) that an event says."""
    if isinstance(event, Understood):
        return {(name, value.value) for name, value in event.interpretation.slots.items()}
    return set()


@settings(max_examples=30)
@given(data=st.data())
def test_what_is_kept_was_said_and_is_bounded(keeping: Flow, data: st.DataObject) -> None:
    state, event = start(keeping, now=NOW), Started(LegInfo(sip_call_id="x"))
    following: Event = event
    said: set[tuple[str, str]] = set()
    for _ in range(40):
        said |= said_by(following)
        before = state
        state, actions = step(before, following)
        assert step(before, following) == (state, actions), "the same again"
        assert json.dumps(plain(state)) == json.dumps(plain(step(before, following)[0]))
        check_kept(state, actions, said)
        if state.waiting is Waiting.ENDED:
            return
        following = data.draw(answers(actions[-1]))


def check_kept(state: FlowState, actions: tuple[Action, ...], said: set[tuple[str, str]]) -> None:
    assert set(said_values(state).items()) <= said, "nothing comes of nothing"
    limits = state.flow.settings
    assert len(state.digressions) <= limits.max_digressions
    commands = [one.command for one in state.digressions]
    assert len(set(commands)) == len(commands)
    assert not {"pin"} & (set(state.fresh) | set(state.topic.slots if state.topic else ()))
    last = actions[-1]
    if isinstance(last, Listen):
        for name, value in last.expectation.filled.items():
            assert name != "pin"
            assert isinstance(value, SlotValue)


def said_values(state: FlowState) -> dict[str, str]:
    """Values of slots that were spoken, wherever they are kept; what was keyed has its digits."""
    kept = dict(state.values) | dict(state.fresh)
    kept |= state.topic.slots if state.topic else {}
    return {
        name: value.value
        for name, value in kept.items()
        if isinstance(value, SlotValue) and not value.raw.isdecimal()
    }


# ---------------------------------------------------------------- a person, always

BY_NAME = [name for name in FLOWS.names() if not FLOWS.get(name).file.exits]
OPERATOR = Understood(Interpretation(Match.UNIVERSAL, "agent", 0.95, choice="operator"))


def moves(actions: tuple[Action, ...]) -> list[str]:
    return [
        str(a.data["node"]) for a in actions if isinstance(a, Note) and a.kind is FactKind.MOVED
    ]


def leads_there(flow: Flow, actions: tuple[Action, ...]) -> bool:
    """To a person, or to the branch that the flow declares for who asks for one."""
    went = moves(actions)
    declared = str(flow.file.globals["operator"].to)
    return bool(set(went) & (leads_to_people(flow) | {declared}))


@pytest.mark.parametrize("name", [*BY_NAME, "keeping"])
@settings(max_examples=20)
@given(data=st.data())
def test_a_person_is_there_on_request_wherever_a_bot_listens(
    name: str, keeping: Flow, data: st.DataObject
) -> None:
    flow = keeping if name == "keeping" else FLOWS.get(name)
    language = data.draw(st.sampled_from(flow.file.languages or (flow.language,)))
    state = start(flow, language, now=NOW)
    following: Event = Started(LegInfo(sip_call_id="x"))
    for _ in range(25):
        state, actions = step(state, following)
        last = actions[-1]
        if isinstance(last, Listen):
            check_person(flow, state, last)
        if state.waiting is Waiting.ENDED:
            return
        following = data.draw(answers(last))


def check_person(flow: Flow, state: FlowState, listen: Listen) -> None:
    wanted = listen.expectation
    node = state.flow.nodes[state.node]
    assert "operator" not in getattr(node, "without", ()), "no sample takes it away"
    assert state.steps < flow.settings.max_steps
    if wanted.speech:
        assert "operator" in {one.name for one in wanted.universals}, state.node
        assert leads_there(flow, step(state, OPERATOR)[1]), state.node
    keys = wanted.keys
    assert keys is not None, f"{state.node} takes no keys, so that 0 is lost"
    if "0" not in node_keys(state):
        assert not keys.options or "0" in keys.options, state.node
        assert leads_there(flow, step(state, Typed("0"))[1]), state.node


def node_keys(state: FlowState) -> set[str]:
    """Keys that are answers to the question itself, such as the 0 of a survey's scale."""
    node = state.flow.nodes[state.node]
    wanted: Any = getattr(node, "wanted", None)
    keys = wanted(state.flow, state.visit).keys if wanted else None
    return set(keys.options) if keys is not None else set()


def test_every_sample_that_stands_alone_has_a_way_to_a_person() -> None:
    for name in BY_NAME:
        flow = FLOWS.get(name)
        assert flow.file.globals["operator"].key == "0"
        assert flow.file.globals["operator"].to in flow.nodes
        assert any(isinstance(v, NodeName) for _, v in marked(flow.file.globals))


def test_not_even_nonsense_takes_it_away(keeping: Flow) -> None:
    state, _ = step(start(keeping, now=NOW), Started(LegInfo(sip_call_id="x")))
    for _ in range(2):
        state, _ = step(state, NoMatch())
        assert "person" in moves(step(state, OPERATOR)[1])
