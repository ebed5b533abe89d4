"""Readings beside the phones that a loop heard."""

from __future__ import annotations

import pytest

from voicebot.asr.evidence import Evidence, Segment, compare

LOOP = (
    Segment("SIL", 0, 30, -150),
    Segment("Y", 30, 40, -100),
    Segment("EH", 40, 60, -200),
    Segment("S", 60, 80, -200),
    Segment("SIL", 80, 110, -150),
)


def read(start: int, end: int, score: int) -> tuple[Segment, ...]:
    """One word between silences."""
    return (
        Segment("<sil>", 0, start, -160),
        Segment("yes", start, end, score),
        Segment("(NULL)", end - 1, end, 0),
        Segment("<sil>", end, 110, -140),
    )


def test_a_reading_as_good_as_the_loop() -> None:
    assert compare(read(30, 80, -500), LOOP, [3]) == Evidence(
        ratio=0.0, fit=-10.0, missed=0.0, slowest=50 / 3, coverage=1.0
    )


def test_each_frame_of_speech_counts_once_whatever_the_words_cover() -> None:
    poor = compare(read(30, 80, -1500), LOOP, [3])
    short = compare(read(60, 80, -1500), LOOP, [3])
    assert poor.ratio == short.ratio == -20.0
    assert (poor.missed, short.missed) == (0.0, 0.6)
    assert short.coverage == pytest.approx(0.4)


def test_the_slowest_word_is_told() -> None:
    words = (Segment("a", 30, 35, -50), Segment("yes", 35, 80, -450))
    assert compare(words, LOOP, [1, 3]).slowest == 15.0
    assert compare(words, LOOP, [0, 3]).slowest == 15.0


def test_a_loop_that_heard_no_speech() -> None:
    silence = (Segment("SIL", 0, 110, -550),)
    evidence = compare(read(30, 80, -500), silence, [3])
    assert evidence.coverage == 50.0
    assert evidence.missed == 1.0
