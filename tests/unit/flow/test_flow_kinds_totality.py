"""A flow with every kind that goes on by itself: no events make the engine raise; a flow that is
written out again is the same flow."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_totality import answers, check

from voicebot.core.call import LegInfo
from voicebot.core.queueing import QueueStatus
from voicebot.flow.actions import LookAtQueue
from voicebot.flow.document import Document, read_text
from voicebot.flow.engine import start, step
from voicebot.flow.events import EngineFailed, Event, QueueSeen, Started
from voicebot.flow.flow import Flow
from voicebot.flow.kinds import AnyNode
from voicebot.flow.loader import load_flows
from voicebot.flow.model import FlowFile
from voicebot.flow.state import Waiting

MAIN = """\
flow: main
start: open
on_error: trouble
calendars: {office: {open: {mon-fri: 09:00-17:00}, holidays: [{date: 12-25}]}}
slots:
  day: {type: date}
  amount: {type: money}
  pin: {type: digits, length: 4, secret: true}
backends: {bank: "http://127.0.0.1:1"}
globals: {operator: {key: 0, to: person}, main_menu: {to: menu}}
nodes:
  open: {kind: hours, calendar: office, opens: later, outcomes: {open: arm, closed: arm}}
  arm: {kind: percent, arms: {a: {share: 50, to: menu}, b: {share: 50, to: note}}}
  note: {kind: mark, milestone: arm_b, to: menu}
  menu:
    kind: menu
    prompt: "Well?"
    choices:
      pay: {key: 1, phrases: [pay], to: pay}
      rounds: {key: 2, phrases: [rounds], to: rounds}
      verify: {key: 3, phrases: [verify], to: verify}
      queue: {key: 4, phrases: [queue], to: look}
      other: {key: 5, phrases: [other], to: leave}
  pay:
    kind: ask
    timing: {no_input: 4s, end_complete: 350ms}
    slots: {day: "Which day?", amount: "How much?"}
    read_back: "{amount} on {day}?"
    to: sums
  sums: {kind: set, values: {days_left: "in_days(day - today)", due: "day + days(3)"}, to: when}
  when:
    kind: branch
    when: [{if: "days_left < 3 or amount / (amount - 5) > 2", to: ask}]
    else: menu
  ask: {kind: http, url: /, save: {n: body.balance}, outcomes: {ok: rounds}}
  rounds: {kind: loop, times: "default(n, 3)", counter: i, body: one, after: menu}
  one: {kind: menu, prompt: "{i}?", choices: {more: {key: 1, to: rounds}, done: {key: 2, to: menu}}}
  verify:
    kind: call
    flow: sub
    with: {limit: "count([1, 2])"}
    save: {pin: pin}
    exits: {ok: menu, no: menu}
  look:
    kind: queue_status
    queue: service
    save: {ahead: waiting}
    outcomes: {available: person, busy: menu, nobody: menu}
  leave: {kind: goto, flow: other}
  trouble: {kind: say, prompt: "Trouble.", to: person}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup}
"""
SUB = """\
flow: sub
start: ask
exits: [ok, no]
results: [pin]
parameters: {limit: {type: number, default: 1}}
slots: {pin: {type: digits, length: 4, secret: true}}
nodes:
  ask: {kind: digits, slot: pin, prompt: "PIN?", to: check}
  check: {kind: branch, when: [{if: luhn(pin), to: good}, {if: limit > 5, to: bad}], else: deeper}
  deeper:
    kind: call
    flow: sub
    with: {limit: limit + 1}
    save: {pin: pin}
    exits: {ok: good, no: bad}
  good: {kind: return, exit: ok}
  bad: {kind: return, exit: no}
"""
OTHER = """\
flow: other
start: back
on_error: bye
nodes:
  back: {kind: menu, prompt: "Back?", choices: {yes_: {key: 1, to: again}, no_: {key: 2, to: bye}}}
  again: {kind: goto, flow: main}
  bye: {kind: hangup}
""".replace("yes_", "again").replace("no_", "bye")
NOW = datetime.datetime(2026, 11, 23, 16, 59, tzinfo=datetime.UTC)
STATUS = st.builds(
    QueueStatus, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), full=st.booleans()
)


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    folder: Path = tmp_path_factory.mktemp("flows")
    for name, text in (("main", MAIN), ("sub", SUB), ("other", OTHER)):
        (folder / f"{name}.yaml").write_text(text)
    return load_flows(folder, environment={}).get("main")


@settings(max_examples=60)
@given(data=st.data())
def test_any_call_goes_on_or_ends(flow: Flow, data: st.DataObject) -> None:
    state, event = start(flow, now=NOW), Started(LegInfo(caller=str(data.draw(st.integers(0, 9)))))
    following: Event = event
    for at_ms in range(0, 600_000, 15_000):
        if state.waiting is Waiting.ENDED:
            return
        before = state
        state, actions = step(before, following, at_ms)
        assert step(before, following, at_ms) == (state, actions), "the same again"
        assert len(state.frames) <= flow.settings.max_depth
        if isinstance(actions[-1], LookAtQueue):
            looked = st.one_of(STATUS.map(QueueSeen), st.just(EngineFailed("queue")))
            following = data.draw(looked)
            continue
        check(state, actions)
        if state.waiting is not Waiting.ENDED:
            following = data.draw(answers(actions[-1]))


@pytest.mark.parametrize("text", [MAIN, SUB, OTHER])
def test_a_flow_that_is_written_out_and_read_again_is_the_same(text: str) -> None:
    written_out_and_read(read_text(text, Document("a.yaml")).data)


@pytest.mark.parametrize("name", ["bank_en", "bank_zh"])
def test_so_are_the_samples(name: str) -> None:
    path = Path(__file__).parents[3] / "ivr_flows" / f"{name}.yaml"
    data = read_text(path.read_text(encoding="utf-8"), Document(name)).data
    data["backends"] = {"bank": "http://127.0.0.1:1"}
    written_out_and_read(data)


def written_out_and_read(data: object) -> None:
    model = FlowFile[AnyNode]
    once = model.model_validate(data)
    dumped = once.model_dump(mode="json", by_alias=True, exclude_unset=True)
    again = model.model_validate(json.loads(json.dumps(dumped)))
    assert again == once
    assert again.model_dump(mode="json", by_alias=True, exclude_unset=True) == dumped
