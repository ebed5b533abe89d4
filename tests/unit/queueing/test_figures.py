"""Numbers of calls, folded from facts as calls write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import CallId, Outcome
from voicebot.core.record import Fact, FactKind
from voicebot.queueing.figures.numbers import Terms, call_numbers, queue_numbers, repeats
from voicebot.queueing.figures.report import By, report
from voicebot.queueing.figures.story import KINDS, Announced, Stay, Story, story_of

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TERMS = Terms(within_s=20, short_s=5)


def facts(*rows: tuple[int, FactKind, dict[str, Any]]) -> list[Fact]:
    return [
        Fact(CallId("x"), seq, at_ms, BEGAN + timedelta(milliseconds=at_ms), kind, data)
        for seq, (at_ms, kind, data) in enumerate(rows)
    ]


RANG = (0, FactKind.RANG, {"caller": "+491", "called": "2"})
ANSWERED = (0, FactKind.ANSWERED, {"flow": "bank"})
QUEUED = (10_000, FactKind.QUEUED, {"queue": "cards", "position": 2})


def test_an_answered_stay_with_a_phone_that_rang_in_vain() -> None:
    story = story_of(
        facts(
            RANG,
            ANSWERED,
            QUEUED,
            (10_000, FactKind.ANNOUNCED, {"queue": "cards", "position": 2, "expected_ms": 60_000}),
            (12_000, FactKind.OFFERED, {"agent": "anna"}),
            (32_000, FactKind.OFFER_ENDED, {"agent": "anna", "outcome": "no_answer"}),
            (40_000, FactKind.ANNOUNCED, {"queue": "cards", "position": 1, "expected_ms": None}),
            (42_000, FactKind.OFFERED, {"agent": "ben"}),
            (50_000, FactKind.BRIDGED, {"queue": "cards", "agent": "ben", "wait_ms": 40_000}),
            (170_000, FactKind.UNBRIDGED, {"talk_ms": 120_000, "wrap_up_ms": 5_000}),
            (171_000, FactKind.ENDED, {"outcome": "handled", "by": "agent"}),
        )
    )
    assert story is not None
    assert story.stays == (
        Stay(
            "cards",
            BEGAN + timedelta(seconds=10),
            10_000,
            "answered",
            40_000,
            "ben",
            120_000,
            5_000,
            2,
            1,
            (Announced(0, 60_000),),
            ringing_ms=28_000,
        ),
    )
    assert story.stays[0].late_by_ms() == (-20_000,)
    found = queue_numbers(story.stays, TERMS)
    assert (found.sl1, found.rna, found.asa_s, found.aht_s) == (0, 0.5, 40, 125)
    assert (found.ewt_error_s, found.ewt_bias_s, found.announced) == (20, -20, 1)


@pytest.mark.parametrize(
    ("outcome", "then", "end"),
    [
        ("abandoned", (), "abandoned"),
        ("left", (), "left"),
        ("left", ({"queue": "cards", "outcome": "accepted"},), "callback"),
        ("left", ({"queue": "cards", "outcome": "failed"},), "left"),
        ("timeout", ({"queue": "other", "outcome": "accepted"},), "timeout"),
    ],
)
def test_how_a_stay_ends(outcome: str, then: tuple[dict[str, Any], ...], end: str) -> None:
    left = (30_000, FactKind.LEFT_QUEUE, {"queue": "cards", "outcome": outcome, "wait_ms": 20_000})
    after = [(31_000, FactKind.CALLBACK, data) for data in then]
    story = story_of(facts(RANG, ANSWERED, QUEUED, left, *after))
    assert story is not None
    assert [stay.end for stay in story.stays] == [end]


def stay(end: str, wait_s: float, talk_s: float = 0) -> Stay:
    return Stay("cards", BEGAN, 0, end, round(1000 * wait_s), talk_ms=round(1000 * talk_s))


STAYS = [
    stay("answered", 10, 100),
    stay("answered", 20, 200),
    stay("answered", 60, 300),
    stay("abandoned", 2),
    stay("abandoned", 15),
    stay("abandoned", 90),
    stay("callback", 30),
    stay("timeout", 600),
]


def test_three_service_levels_and_what_is_counted_apart() -> None:
    found = queue_numbers(STAYS, TERMS)
    assert (found.queued, found.answered, found.abandoned) == (8, 3, 2)
    assert (found.short_abandons, found.callbacks, found.otherwise) == (1, 1, 1)
    assert found.sl1 == pytest.approx(2 / 3)
    assert found.sl2 == pytest.approx(3 / 5)
    assert found.sl3 == pytest.approx(2 / 5)
    assert found.abandonment == pytest.approx(2 / 6)
    assert (found.asa_s, found.aht_s, found.longest_wait_s) == (30, 200, 600)


def test_without_anything_there_is_no_ratio() -> None:
    found = queue_numbers([replace(STAYS[0], end="")], TERMS)
    assert found.queued == 0
    assert (found.sl1, found.sl2, found.sl3, found.abandonment, found.asa_s) == (None,) * 5


ENDS = st.sampled_from(["answered", "abandoned", "callback", "timeout", "left", ""])


@given(st.lists(st.builds(stay, ENDS, st.integers(0, 300))))
def test_the_parts_make_the_whole_and_levels_keep_their_order(stays: list[Stay]) -> None:
    found = queue_numbers(stays, TERMS)
    parts = found.answered + found.abandoned + found.short_abandons + found.callbacks
    assert parts + found.otherwise == found.queued
    for ratio in (found.sl1, found.sl2, found.sl3, found.abandonment):
        assert ratio is None or 0 <= ratio <= 1
    if found.sl1 is not None:
        assert found.sl2 is not None
        assert found.sl3 is not None
        assert found.sl3 <= min(found.sl1, found.sl2)


def call(name: str, hours: float, caller: str = "+491", **known: Any) -> Story:
    began = BEGAN + timedelta(hours=hours)
    ended = began + timedelta(minutes=3)
    return replace(Story(CallId(name), began, caller, "bank", ended, Outcome.CONTAINED), **known)


def test_who_calls_again_within_a_day_was_not_contained_for_good() -> None:
    stories = [
        call("a", 0),
        call("b", 23),
        call("c", 60),
        call("d", 1, "+492", outcome=Outcome.HANDLED, stays=(STAYS[0],)),
        call("e", 2, ""),
        call("f", 3, "", transferred=True, outcome=Outcome.TRANSFERRED),
    ]
    again = repeats(stories)
    assert again == {"a": True, "b": False, "c": False, "d": False}
    found = call_numbers(stories, again, BEGAN + timedelta(hours=61))
    assert (found.calls, found.contained, found.open) == (6, 4, 1)
    assert found.containment == pytest.approx(4 / 6)
    assert found.contained_for_good == pytest.approx(3 / 6)
    assert found.repeats == pytest.approx(1 / 4)
    assert (found.handled, found.transferred) == (pytest.approx(1 / 6), pytest.approx(1 / 6))


def test_days_are_those_of_the_hotlines_zone() -> None:
    """Half past midnight in Berlin is yesterday in UTC; in summer time, too."""
    zone = ZoneInfo("Europe/Berlin")
    late = [
        replace(call("a", 0), started=datetime(2026, 11, 23, 23, 30, tzinfo=UTC)),
        replace(call("b", 0), started=datetime(2026, 11, 23, 22, 30, tzinfo=UTC)),
        replace(call("c", 0), started=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)),
    ]
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    groups = report(
        late, by=By.DAY, terms=TERMS, zone=zone, since=since, until=until, known_until=until
    )
    assert [group.name for group in groups] == ["2026-07-02", "2026-11-23", "2026-11-24"]


def test_a_later_call_tells_of_a_repeat_and_is_not_counted() -> None:
    until = BEGAN + timedelta(hours=10)
    known = until + timedelta(hours=24)
    groups = report(
        [call("a", 1), call("b", 12)],
        by=By.FLOW,
        terms=TERMS,
        zone=UTC,
        since=BEGAN,
        until=until,
        known_until=known,
    )
    [group] = groups
    assert group.call is not None
    assert (group.name, group.call.calls, group.call.contained_for_good) == ("bank", 1, 0)


def test_by_queue_a_call_counts_in_each_that_it_was_in() -> None:
    both = call("a", 0, stays=(STAYS[0], replace(STAYS[3], queue="loans")))
    until = BEGAN + timedelta(days=2)
    groups = report(
        [both], by=By.QUEUE, terms=TERMS, zone=UTC, since=BEGAN, until=until, known_until=until
    )
    assert [(g.name, g.queue.answered, g.queue.short_abandons) for g in groups] == [
        ("cards", 1, 0),
        ("loans", 0, 1),
    ]


def test_facts_that_lack_keys_are_counted_as_far_as_they_go() -> None:
    bare = facts(*((n, kind, {}) for n, kind in enumerate(KINDS)))
    story = story_of(bare)
    assert story is not None
    assert len(story.stays) == 1
    assert story_of([]) is None
