"""Scores become confidences that rise with them and meet the thresholds."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr.confidence import ACCEPTED, CONFIRMED, confidence, score, transcript

RATIOS = st.floats(-500, 500)


def answer(**changes: Any) -> dict[str, Any]:
    whole = {"text": "yes please", "words": [["yes", 100, 400], ["please", 400, 800]]}
    evidence = {"ratio": 0.0, "fit": -15.0, "missed": 0.0, "slowest": 8.0, "coverage": 1.0}
    return whole | evidence | changes


def test_thresholds_meet_the_bands() -> None:
    assert confidence(-29, -29, -38) == ACCEPTED
    assert confidence(-38, -29, -38) == CONFIRMED


@given(RATIOS, RATIOS)
def test_a_better_score_is_never_less_sure(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= confidence(low, -29, -38) <= confidence(high, -29, -38) < 1


@given(RATIOS, st.floats(0, 1), st.floats(0, 100), st.floats(0.01, 1))
def test_all_that_speaks_against_a_reading_counts(
    ratio: float, missed: float, slowest: float, more: float
) -> None:
    plain = answer(ratio=ratio, missed=missed, slowest=slowest)
    for name, change in (("ratio", -more), ("fit", -more), ("missed", more), ("slowest", more)):
        assert score(plain | {name: plain[name] + change}) < score(plain)


def test_words_keep_their_place_in_the_utterance() -> None:
    best = transcript(answer(), -29, -38, offset_ms=-200).hypotheses[0]
    assert [(w.text, w.start_ms, w.end_ms) for w in best.words] == [
        ("yes", 0, 200),
        ("please", 200, 600),
    ]


def test_poor_scores_and_poor_coverage_are_rejected() -> None:
    assert not transcript(answer(ratio=-20.0), -29, -38).rejected
    missed = {"ratio": -20.0, "missed": 0.9}
    poor = ({"ratio": -39.0}, missed, {"coverage": 0.4}, {"coverage": 2.6})
    for changes in (*poor, {"text": ""}):
        heard = transcript(answer(**changes), -29, -38)
        assert heard.rejected
        assert heard.hypotheses == ()
    assert not transcript({}, -29, -38).rejected
