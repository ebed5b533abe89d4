"""Limits, each with its way out; judged anew as the wait goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, AgentState, PauseReason, QueueOutcome, QueueSpec
from voicebot.queueing.admission import Standing, admit, give_up
from voicebot.queueing.router import Router

LIMITED = QueueSpec(
    "billing",
    max_length=5,
    max_wait_ms=600_000,
    max_expected_wait_ms=300_000,
    max_waiting_per_agent=2.0,
)
CALM = Standing(staffed=3, ahead=2, waiting=2, expected_ms=60_000)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, None),
        ({"staffed": 0}, QueueOutcome.NOBODY),
        ({"waiting": 5, "ahead": 5}, QueueOutcome.FULL),
        ({"expected_ms": 300_001}, QueueOutcome.LONG_WAIT),
        ({"expected_ms": 300_000}, None),
        ({"expected_ms": None}, None),
        ({"staffed": 1}, QueueOutcome.CROWDED),
    ],
)
def test_each_limit_has_its_way_out(change: dict[str, int], outcome: QueueOutcome | None) -> None:
    assert admit(LIMITED, replace(CALM, **change)) is outcome


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, None),
        ({"waited_ms": 599_999}, None),
        ({"waited_ms": 600_000}, QueueOutcome.TIMEOUT),
        ({"waited_ms": 600_000, "ringing": True}, None),
        ({"staffed": 0}, QueueOutcome.NOBODY),
        ({"expected_ms": 400_000}, QueueOutcome.LONG_WAIT),
        ({"expected_ms": 400_000, "ahead": 0}, None),
        ({"staffed": 1}, QueueOutcome.CROWDED),
        ({"staffed": 1, "ahead": 0}, None),
        ({"waiting": 50}, None),
    ],
)
def test_limits_hold_while_waiting(change: dict[str, int], outcome: QueueOutcome | None) -> None:
    assert give_up(LIMITED, replace(CALM, **change)) is outcome


STANDINGS = st.builds(
    Standing,
    staffed=st.integers(0, 5),
    ahead=st.integers(0, 9),
    waiting=st.integers(0, 9),
    waited_ms=st.integers(0, 900_000),
    expected_ms=st.none() | st.integers(0, 900_000),
    ringing=st.booleans(),
)
QUEUES = st.builds(
    QueueSpec,
    st.just("q"),
    max_length=st.integers(1, 9),
    max_expected_wait_ms=st.integers(0, 900_000),
    max_waiting_per_agent=st.floats(0, 3),
)


@given(QUEUES, STANDINGS)
def test_a_staffed_queue_with_nobody_waiting_always_admits(queue: QueueSpec, now: Standing) -> None:
    if now.staffed:
        assert admit(queue, replace(now, waiting=0, ahead=0)) is None
    else:
        assert admit(queue, now) is QueueOutcome.NOBODY


@given(QUEUES, STANDINGS)
def test_who_comes_next_is_never_sent_away_by_others(queue: QueueSpec, now: Standing) -> None:
    outcome = give_up(queue, replace(now, ahead=0))
    assert outcome in (None, QueueOutcome.TIMEOUT, QueueOutcome.NOBODY)
    if now.ringing:
        assert outcome is None


def test_who_counts_as_away_is_the_queues_own_list() -> None:
    anna = AgentSpec("anna", "sip:anna@127.0.0.1", ("billing",))
    lenient, strict = QueueSpec("billing"), QueueSpec("billing")
    strict = replace(strict, absent=(AgentState.OFFLINE, AgentState.PAUSED))
    for queue, outcome in ((lenient, None), (strict, QueueOutcome.NOBODY)):
        board = Router([queue], [anna])
        assert board.admit("billing", 0) is None
        board.join(CallId("1"), "billing", 0)
        board.pause("anna", PauseReason.LUNCH, 5)
        assert board.give_up(CallId("1"), 10) is outcome
        assert board.admit("billing", 10) is outcome
        board.log_out("anna", 20)
        assert board.give_up(CallId("1"), 30) is QueueOutcome.NOBODY
