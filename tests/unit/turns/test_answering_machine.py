"""Persons and machines told apart, over runs of talk and silence."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.audio import FRAME_MS
from voicebot.turns.answering_machine import (
    AnswerDetector,
    Answerer,
    AnswerSettings,
    Reason,
    Verdict,
)

LIMITS = AnswerSettings()


def heard(*runs_ms: int) -> Verdict | None:
    """What is found when silence and talk, in turn, last so long."""
    detector = AnswerDetector()
    for number, run_ms in enumerate(runs_ms):
        for _ in range(run_ms // FRAME_MS):
            detector.feed(talks=number % 2 == 1)
    return detector.verdict


@pytest.mark.parametrize(
    ("runs_ms", "verdict"),
    [
        ((400, 500, 1_000), Verdict(Answerer.PERSON, Reason.SHORT_GREETING, 1_700)),
        ((200, 300, 200, 400, 900), Verdict(Answerer.PERSON, Reason.SHORT_GREETING, 1_900)),
        ((3_000,), Verdict(Answerer.UNSURE, Reason.SILENCE, 2_500)),
        ((300, 3_000), Verdict(Answerer.MACHINE, Reason.LONG_GREETING, 1_800)),
        ((0, 800, 40, 800), Verdict(Answerer.MACHINE, Reason.LONG_GREETING, 1_500)),
        ((200, 400, 100, 400, 100, 400), Verdict(Answerer.MACHINE, Reason.WORDS, 1_300)),
        ((0, *([1_100, 700] * 2), 1_000, 700), Verdict(Answerer.MACHINE, Reason.WORDS, 3_700)),
        ((2_400, 1_400, 780, 1_000), Verdict(Answerer.PERSON, Reason.TIME, 5_000)),
        ((500, 80, 2_000), Verdict(Answerer.UNSURE, Reason.SILENCE, 2_500)),
        ((500, 80, 400, 600, 900), Verdict(Answerer.PERSON, Reason.SHORT_GREETING, 2_380)),
        ((1_000, 400, 700), None),
    ],
)
def test_who_it_is(runs_ms: tuple[int, ...], verdict: Verdict | None) -> None:
    assert heard(*runs_ms) == verdict


frames = st.integers(1, 150).map(lambda count: count * FRAME_MS)
gaps = st.integers(3, 100).map(lambda count: count * FRAME_MS)
words = st.integers(5, 74).map(lambda count: count * FRAME_MS)


@given(st.integers(0, 120), st.lists(st.tuples(words, gaps), min_size=1, max_size=2), frames)
def test_one_or_two_words_and_silence_are_a_person(
    first: int, said: list[tuple[int, int]], more: int
) -> None:
    """And so at the very frame: `after_greeting_ms` after the last word, or when time is up."""
    runs = [first * FRAME_MS]
    for word_ms, gap_ms in said:
        runs += [word_ms, min(gap_ms, LIMITS.after_greeting_ms - FRAME_MS)]
    runs[-1] = LIMITS.after_greeting_ms
    ends_ms = sum(runs)
    verdict = heard(*runs[:-1], LIMITS.total_ms + more)
    if ends_ms <= LIMITS.total_ms:
        assert verdict == Verdict(Answerer.PERSON, Reason.SHORT_GREETING, ends_ms)
    else:
        assert verdict == Verdict(Answerer.PERSON, Reason.TIME, LIMITS.total_ms)


@given(st.integers(0, 120), st.integers(75, 250), st.integers(0, 100))
def test_talk_without_a_pause_is_a_machine_at_its_limit(first: int, talk: int, rest: int) -> None:
    verdict = heard(first * FRAME_MS, talk * FRAME_MS, rest * FRAME_MS)
    at_ms = first * FRAME_MS + LIMITS.greeting_ms
    assert verdict == Verdict(Answerer.MACHINE, Reason.LONG_GREETING, at_ms)


@given(st.lists(frames, max_size=30))
def test_a_machine_said_enough_for_one(runs_ms: list[int]) -> None:
    """No verdict `machine` without a long run of talk or three words; in time there is one."""
    verdict = heard(*runs_ms)
    assert (verdict is None) <= (sum(runs_ms) < LIMITS.total_ms)
    if verdict is None or verdict.who is not Answerer.MACHINE:
        return
    talks = [number % 2 == 1 for number, run in enumerate(runs_ms) for _ in range(run // FRAME_MS)]
    talks = talks[: verdict.at_ms // FRAME_MS]
    begins = [now for before, now in pairwise([False, *talks]) if now and not before]
    assert sum(talks) * FRAME_MS >= min(3 * LIMITS.word_ms, LIMITS.greeting_ms)
    assert len(begins) > LIMITS.words or verdict.reason is Reason.LONG_GREETING


@given(st.lists(frames, max_size=30), st.lists(st.booleans(), max_size=100))
def test_what_was_found_stays(runs_ms: list[int], later: list[bool]) -> None:
    detector = AnswerDetector()
    for number, run_ms in enumerate(runs_ms):
        for _ in range(run_ms // FRAME_MS):
            detector.feed(talks=number % 2 == 1)
    found = detector.verdict
    for talks in later:
        detector.feed(talks=talks)
    assert found is None or detector.verdict == found
