"""Nodes that ask others: back ends, queues, transfers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flow_caller import MENU, Caller

from voicebot.core.call import Outcome
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import QueueOutcome, TransferOutcome
from voicebot.flow.actions import Call, Enqueue, HangUp, Transfer
from voicebot.flow.events import CallFailed, EngineFailed, QueueLeft, Replied, TransferEnded, Typed
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]

HTTP = """
first: {kind: ask, slots: {account: "Number?"}, to: get}
get:
  kind: http
  url: /accounts/{account}
  cover: "One moment."
  save: {balance: body.balance}
  outcomes: {ok: tell, not_found: none}
tell: {kind: say, prompt: "You have {balance:money}.", to: bye}
none: {kind: say, prompt: "No such account.", to: bye}
"""


def asked(build: Build) -> Caller:
    return Caller(build(HTTP)).send(Typed("123456"))


def test_a_back_end_is_asked_and_its_answer_used(build: Build) -> None:
    caller = asked(build)
    call = caller.actions[-1]
    assert isinstance(call, Call)
    assert call.request.url == "http://127.0.0.1:1/accounts/123456"
    assert call.request.timeout_ms == 8_000
    assert call.cover[0].parts == ("One moment.",)
    caller.send(Replied(BackendReply(200, {"balance": 12.5})))
    assert caller.said == "You have 12.50 USD. Bye."


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Replied(BackendReply(404, None)), "No such account. Bye."),
        (Replied(BackendReply(503, None)), "Trouble."),
        (Replied(BackendReply(403, None)), "Trouble."),
        (Replied(BackendReply(200, "<html>Sign in!</html>")), "Trouble."),
        (Replied(BackendReply(200, {"balance": None})), "Trouble."),
        (Replied(BackendReply(200, [1, 2])), "Trouble."),
        (CallFailed("timeout"), "Trouble."),
        (EngineFailed("back end"), "Trouble."),
    ],
)
def test_other_answers(build: Build, event: object, said: str) -> None:
    assert asked(build).send(event).said == said  # type: ignore[arg-type]


def test_what_an_answer_may_lack_has_a_default(build: Build) -> None:
    nodes = HTTP.replace("body.balance}", '"default(body.balance, 7)"}')
    caller = Caller(build(nodes)).send(Typed("123456"))
    assert caller.send(Replied(BackendReply(200, "gibberish"))).said == "You have 7.00 USD. Bye."


def test_values_are_encoded_in_urls(build: Build) -> None:
    nodes = """
    first: {kind: set, values: {who: "'a/b?c'"}, to: get}
    get: {kind: http, url: "/x/{who}", outcomes: {ok: bye}}
    """
    call = Caller(build(nodes)).actions[-1]
    assert isinstance(call, Call)
    assert call.request.url.endswith("/x/a%2Fb%3Fc")


def test_a_post_has_an_idempotency_key_of_its_own(build: Build) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {go: {key: 1, to: send}}}
    send: {kind: http, method: POST, url: /x, body: {n: 1}, outcomes: {ok: first}}
    """
    caller = Caller(build(nodes))
    keys = set()
    for _ in range(2):
        call = caller.send(Typed("1")).actions[-1]
        assert isinstance(call, Call)
        keys.add(call.request.idempotency_key)
        caller.send(Replied(BackendReply(200, None)))
    assert len(keys) == 2
    assert "" not in keys


# ---------------------------------------------------------------- people


def test_the_agent_is_told_what_is_known_but_no_secret(build: Build) -> None:
    nodes = """
    first: {kind: menu, prompt: "Well?", choices: {pay: {key: 1, to: code}}}
    code: {kind: ask, slots: {code: "Code?"}, to: pin}
    pin: {kind: digits, slot: pin, prompt: "PIN?", to: person}
    """
    caller = Caller(build(nodes)).send(Typed("1")).send(Typed("123")).send(Typed("1234"))
    assert caller.actions[-1] == Enqueue("service", {"intent": "pay", "code": "123"})


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (QueueOutcome.SERVED, Outcome.HANDLED),
        (QueueOutcome.TIMEOUT, Outcome.FAILED),
        (QueueOutcome.NOBODY, Outcome.FAILED),
        (QueueOutcome.FULL, Outcome.FAILED),
        (QueueOutcome.LEFT, Outcome.CONTAINED),
    ],
)
def test_ways_out_of_a_queue(build: Build, outcome: QueueOutcome, ends: Outcome) -> None:
    caller = Caller(build(MENU)).command("operator").send(QueueLeft(outcome))
    assert caller.actions[-1] == HangUp(ends)


def test_a_transfer(build: Build) -> None:
    nodes = """
    first: {kind: transfer, target: "sip:1@x", outcomes: {failed: bye, busy: sorry}}
    sorry: {kind: say, prompt: "Busy.", to: bye}
    """
    caller = Caller(build(nodes))
    assert caller.actions[-1] == Transfer("sip:1@x")
    state = caller.state
    assert caller.send(TransferEnded(TransferOutcome.BUSY)).said == "Busy. Bye."
    caller.state = state
    caller.send(TransferEnded(TransferOutcome.NO_ANSWER))
    assert caller.said == "Bye."
    caller.state = state
    caller.send(TransferEnded(TransferOutcome.DONE))
    assert caller.actions[-1] == HangUp(Outcome.TRANSFERRED)
