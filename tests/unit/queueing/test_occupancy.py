"""Occupancy from agents' history and their calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.queueing.figures.numbers import Terms
from voicebot.queueing.figures.occupancy import AgentLine, at_work_ms, occupancy
from voicebot.queueing.figures.report import By, report
from voicebot.queueing.figures.story import Stay, story_of
from voicebot.queueing.figures.wrap_ups import Wrapped, call_of_place, with_wrap_ups

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = 3_600_000


def line(agent: str, hour: float, state: str) -> AgentLine:
    return AgentLine(agent, round(hour * HOUR), state)


def test_time_at_work_is_that_between_coming_and_going_without_pauses() -> None:
    lines = [
        line("anna", 0, "available"),
        line("anna", 2, "paused"),
        line("anna", 3, "available"),
        line("anna", 5, "offline"),
        line("ben", 4, "available"),
    ]
    assert at_work_ms(lines, 0, 6 * HOUR) == (2 + 2 + 2) * HOUR
    assert at_work_ms(lines, HOUR, 4 * HOUR) == (1 + 1) * HOUR
    assert at_work_ms([], 0, HOUR) == 0


@pytest.mark.parametrize(
    ("work_ms", "talk_ms", "wrap_up_ms", "ringing_ms", "expected"),
    [
        (10_000, 4_000, 1_000, 0, 0.5),
        (10_000, 4_000, 1_000, 2_500, 5 / 7.5),
        (10_000, 0, 0, 0, 0.0),
        (0, 5_000, 0, 0, None),
        (4_000, 9_000, 0, 0, 1.0),
    ],
)
def test_occupancy_is_the_busy_part_of_the_time_that_was_not_ringing(
    work_ms: int, talk_ms: int, wrap_up_ms: int, ringing_ms: int, expected: float | None
) -> None:
    stay = Stay("q", NOON, 0, talk_ms=talk_ms, wrap_up_ms=wrap_up_ms, ringing_ms=ringing_ms)
    assert occupancy(work_ms, [stay]) == expected


@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["available", "paused", "offline"]))),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_parts_of_a_period_add_up(
    states: list[tuple[int, str]], first: int, second: int, third: int
) -> None:
    lines = [AgentLine("anna", time, state) for time, state in states]
    since, middle, until = sorted((first, second, third))
    whole = at_work_ms(lines, since, until)
    assert whole == at_work_ms(lines, since, middle) + at_work_ms(lines, middle, until)
    assert 0 <= whole <= until - since


@pytest.mark.parametrize(
    ("actual_ms", "expected"),
    [
        ({}, 0.5),  # as planned
        ({(CallId("one"), "anna"): [6_000, 99]}, 0.75),
        ({(CallId("two"), "anna"): [6_000], (CallId("one"), "ben"): [6_000]}, 0.5),
    ],
)
def test_a_day_s_report_tells_it_from_journals_and_history(
    actual_ms: dict[Wrapped, list[int]], expected: float
) -> None:
    kinds = [
        ("rang", 0, {"caller": "+49"}),
        ("answered", 0, {"flow": "f"}),
        ("queued", 0, {"queue": "q"}),
        ("offered", 1_000, {"queue": "q", "agent": "anna"}),
        ("bridged", 3_000, {"queue": "q", "agent": "anna", "wait_ms": 3_000}),
        ("unbridged", 12_000, {"agent": "anna", "talk_ms": 9_000, "wrap_up_ms": 1_000}),
        ("ended", 12_000, {"outcome": "handled"}),
    ]
    facts = [
        Fact(CallId("one"), seq, at_ms, NOON + timedelta(milliseconds=at_ms), FactKind(kind), data)
        for seq, (kind, at_ms, data) in enumerate(kinds)
    ]
    story = story_of(with_wrap_ups(facts, actual_ms))
    assert story is not None
    assert story.stays[0].ringing_ms == 2_000
    start_ms = round(NOON.timestamp() * 1000)
    came = AgentLine("anna", start_ms, "available")
    went = AgentLine("anna", start_ms + 22_000, "offline")
    [group] = report(
        [story],
        by=By.DAY,
        terms=Terms(),
        zone=UTC,
        since=NOON,
        until=NOON + timedelta(hours=1),
        known_until=NOON + timedelta(hours=1),
        agents=[came, went],
    )
    assert group.occupancy == expected


@pytest.mark.parametrize(("place", "call"), [("ab12", "ab12"), ("ab12-3", "ab12"), ("a-b", "a-b")])
def test_which_call_had_a_place(place: str, call: str) -> None:
    assert call_of_place(place) == call
