"""Kinds that outlast the call or call others: whatever comes back, the engine goes on or ends."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import HEAD, Caller
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_totality import answers

from voicebot.core.afterwards import CallbackOutcome, RecordOutcome, Webhook
from voicebot.core.call import LegInfo
from voicebot.core.errors import Problem
from voicebot.core.queueing import TRANSFER_ENDS, QueueOutcome
from voicebot.flow.actions import (
    Action,
    Dial,
    Enqueue,
    HangUp,
    Note,
    Notify,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Say,
)
from voicebot.flow.engine import UnexpectedEvent, outlives_caller, start, step
from voicebot.flow.events import (
    CallbackEnded,
    CallerGone,
    EngineFailed,
    Event,
    QueueLeft,
    Recorded,
    Started,
    TimeUp,
    TransferEnded,
    Typed,
    Waited,
)
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_file
from voicebot.flow.rejecting import rejection
from voicebot.flow.state import Waiting

SERVICES = load_file(Path(__file__).parents[2] / "scenarios" / "services.yaml")
NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.UTC)
Build = Callable[..., Flow]
FAILED = st.just(EngineFailed("engine"))


def comes_back(action: Action) -> st.SearchStrategy[Event]:
    match action:
        case Record():
            files = st.sampled_from(["", "message.wav"])
            return st.one_of(st.builds(Recorded, st.sampled_from(RecordOutcome), files), FAILED)
        case PlayBack() | Pause():
            return st.one_of(st.sampled_from(["time", "keys", "speech"]).map(Waited), FAILED)
        case RequestCallback():
            outcomes = [o for o in CallbackOutcome if o is not CallbackOutcome.DECLINED]
            return st.one_of(st.sampled_from(outcomes).map(CallbackEnded), FAILED)
        case Dial():
            return st.one_of(st.sampled_from(TRANSFER_ENDS).map(TransferEnded), FAILED)
        case Enqueue(keys=keys):
            by_key = st.sampled_from(keys).map(lambda k: QueueLeft(QueueOutcome.LEFT, k))
            return st.one_of(by_key, st.sampled_from(QueueOutcome).map(QueueLeft), FAILED)
        case _:
            return answers(action)


@settings(max_examples=60)
@given(data=st.data(), caller=st.sampled_from(["", "anna", "+4917055501"]))
def test_any_call_goes_on_or_ends(data: st.DataObject, caller: str) -> None:
    state = start(SERVICES, now=NOW)
    event: Event = Started(LegInfo(caller=caller))
    for _ in range(60):
        state, actions = step(state, event)
        assert all(isinstance(action, Say | Note | Notify) for action in actions[:-1])
        if state.waiting is Waiting.ENDED:
            assert isinstance(actions[-1], HangUp)
            return
        ends = st.just(CallerGone()) if outlives_caller(state) else st.just(TimeUp())
        usual = comes_back(actions[-1])
        event = data.draw(st.one_of(*[usual] * 9, ends))


def test_only_a_node_with_a_message_outlives_its_caller() -> None:
    state, _ = step(start(SERVICES, now=NOW), Started(LegInfo()))
    with pytest.raises(UnexpectedEvent):
        step(state, CallerGone())


@pytest.mark.parametrize("waiting", [Waiting.START, Waiting.ENDED])
def test_the_time_is_not_up_before_and_after_a_call(waiting: Waiting) -> None:
    state = start(SERVICES, now=NOW)
    if waiting is Waiting.ENDED:
        state, _ = step(state, Started(LegInfo()))
        state, _ = step(state, TimeUp())
    assert state.waiting is waiting
    with pytest.raises(UnexpectedEvent):
        step(state, TimeUp())


# ---------------------------------------------------------------- what is sent


def test_a_value_of_a_call_cannot_pass_for_a_secret(build: Build) -> None:
    flow = build(
        """
        first:
          kind: notify
          webhook:
            url: /x
            headers: {From: "{call.caller_name}", Key: "{secret:token}"}
            body: {who: "{call.caller_name}"}
          to: bye
        """
    )
    name = "{secret:token} \ue000token\ue001\r\nEvil: 1"
    _, actions = step(start(flow), Started(LegInfo(caller_name=name)))
    [notice] = [action.message for action in actions if isinstance(action, Notify)]
    assert isinstance(notice, Webhook)
    assert notice.headers == {"From": "{secret:token} tokenEvil: 1", "Key": "\ue000token\ue001"}


def test_a_secret_slot_may_not_be_in_a_notice_a_query_or_a_reason(
    problems: Callable[..., tuple[Problem, ...]],
) -> None:
    found = problems(
        """
        first:
          kind: notify
          webhook: {url: /x, body: {pin: "{pin}"}}
          mail: {to: a@example.org, subject: "{pin}", text: "{pin}"}
          to: ask
        ask: {kind: http, url: /x, query: {pin: "{pin}"}, outcomes: {ok: end, failed: end}}
        end: {kind: hangup, reason: "{pin}"}
        """
    )
    leaks = [problem.line for problem in found if problem.code == "secret-leak"]
    assert len(leaks) == 5


def test_names_of_secrets_and_mail_are_checked_against_the_configuration(
    problems: Callable[..., tuple[Problem, ...]],
) -> None:
    head = HEAD.replace(
        'backends: {bank: "http://127.0.0.1:1"}',
        'backends: {bank: {url: "http://127.0.0.1:1", headers: {Key: "{secret:x} {secret:y}"}}}',
    )
    found = problems(
        """
        first: {kind: say, prompt: "The code is {secret:x}.", to: bye}
        """,
        head,
    )
    assert [problem.code for problem in found if "secret" in problem.code] == ["secret-misplaced"]


# ---------------------------------------------------------------- callbacks


CALLBACK = """
first:
  kind: callback
  queue: service
  at: {at}
  outcomes: {{accepted: bye, declined: bye, failed: bye}}
"""


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ('"15:30"', "2026-11-22T15:30:00"),
        ('"09:30"', "2026-11-23T09:30:00"),
        ('"2026-12-01"', "2026-12-01T00:00:00"),
        ('"2026-12-01T15:30"', "2026-12-01T15:30:00"),
        ("null", ""),
    ],
)
def test_when_a_caller_is_called_back(build: Build, at: str, expected: str) -> None:
    flow = build(CALLBACK.format(at=f"'{at}'"))
    state, _ = step(start(flow, now=NOW), Started(LegInfo(caller="+4917055501")))
    _, actions = step(state, Typed("1"))
    assert actions[-1] == RequestCallback("service", "+4917055501", expected)


def test_a_time_that_is_none_is_the_error_of_the_flow(build: Build) -> None:
    caller = Caller(build(CALLBACK.format(at="""'"whenever"'""")))
    caller.send(Typed("1"))
    assert caller.state.node == "person"


# ---------------------------------------------------------------- before the answer


@pytest.mark.parametrize(("caller", "code"), [("666", 486), ("", 603), ("1", None)])
def test_calls_that_are_turned_away(build: Build, caller: str, code: int | None) -> None:
    head = HEAD.replace(
        "start: first",
        "start: first\nbefore_answer:\n  reject:\n"
        "    - {if: 'call.caller == \"666\"', code: 486}\n"
        "    - {if: 'not defined(call.caller)'}",
    )
    flow = build('first: {kind: say, prompt: "Hi.", to: bye}', head)
    found = rejection(flow, LegInfo(caller=caller), NOW)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: transfer, target: [sip:a@b, sip:c@d], outcomes: {failed: bye}}",
        "{kind: transfer, target: sip:a@b, whisper: Hi., outcomes: {failed: bye}}",
        "{kind: notify, to: bye}",
        "{kind: notify, mail: {to: nobody, subject: a, text: b}, to: bye}",
        "{kind: http, url: /x, body: {}, form: {}, outcomes: {ok: bye}}",
        "{kind: wait, to: bye}",
        "{kind: queue, queue: service, keys: {12: bye}, outcomes: "
        "{served: bye, timeout: bye, full: bye, nobody: bye}}",
    ],
)
def test_what_does_not_fit_is_refused(
    problems: Callable[..., tuple[Problem, ...]], wrong: str
) -> None:
    assert problems(f"first: {wrong}")
