"""From an engine's scores to a confidence that means the same everywhere.

PocketSphinx's readings are compared with a loop of all phones (`evidence.py`). One number comes of
it: the ratio of likelihoods, less what speaks against the reading. Weights and thresholds were
fitted to right answers and to speech, noise and music that were not expected, by logistic
regression over `bench/asr.py`'s clips, then rounded: see `docs/figures.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from voicebot.core.speech import Hypothesis, Transcript, Word

ACCEPTED = 0.6
"""Confidence at the accept threshold: `Expectation.accept`'s default."""
CONFIRMED = 0.35
"""Confidence at the reject threshold: `Expectation.confirm`'s default."""
_BEST = 0.97
_BEST_ABOVE = 20.0
"""So far above the accept threshold nothing gets surer."""
_FREE, _SURPRISED, _EXPLAINED = 14.0, 2.5, 0.3
"""Of a free reading's surprise and of its score: fitted to held-out wordings of a bank's callers by
synthetic voices, and to other speech by these and by some fifty people (`bench/free_speech.py`)."""
_ENOUGH_WORDS, _LACKING = 4, 2.0
_FREE_CONFIRMED, _FREE_ACCEPTED, _FREE_BEST = -1.0, 0.5, 4.0
MIN_COVERAGE, MAX_COVERAGE = 0.5, 2.5
_MISSED, _FIT, _SLOWNESS = 10.0, 0.7, 0.25
"""Weights: of the part of the speech that the words leave out, of how well any phones explain it,
of the frames for each phone of the slowest word."""


def score(answer: Mapping[str, Any]) -> float:
    """How well a reading's words explain its sound, from an answer that has some: -15 is good,
    -50 is something else. In PocketSphinx's unit of likelihood, 0.1 nat, for each 10 ms."""
    against = _MISSED * answer["missed"] + _SLOWNESS * answer["slowest"]
    return float(answer["ratio"] - against + _FIT * answer["fit"])


def confidence(score: float, accept: float, reject: float) -> float:
    """0 to 1, piecewise linear through the two thresholds."""
    points = [reject - 40.0, reject, accept, accept + _BEST_ABOVE]
    return round(float(np.interp(score, points, [0.0, CONFIRMED, ACCEPTED, _BEST])), 3)


def free_score(answer: Mapping[str, Any]) -> float:
    """The same for a free reading: any words explain a sound somehow, so that it counts most how
    like it is to what was taught. Of few words that says little. Log-odds, 0 is even."""
    lacking = max(0, _ENOUGH_WORDS - len(answer["words"]))
    against = _SURPRISED * answer["surprise"] + _LACKING * lacking
    return float(_FREE - against + _EXPLAINED * score(answer))


def free_confidence(score: float) -> float:
    """0 to 1, piecewise linear through the two thresholds."""
    points = [_FREE_CONFIRMED - 3.0, _FREE_CONFIRMED, _FREE_ACCEPTED, _FREE_BEST]
    return round(float(np.interp(score, points, [0.0, CONFIRMED, ACCEPTED, _BEST])), 3)


def transcript(
    answer: Mapping[str, Any],
    accept: float,
    reject: float,
    *,
    offset_ms: int = 0,
    least: float = CONFIRMED,
) -> Transcript:
    """PocketSphinx's answer as a transcript, of two readings where a free one came beside the
    grammar's; `offset_ms` is where its sound began in the utterance's. Rejected where speech was
    there but is not what the grammar explains nor like what was taught, or where the confidence
    is below `least`."""
    free = answer.get("free", {})
    found = []
    if answer.get("text"):
        found.append((confidence(score(answer), accept, reject), answer))
    if free.get("text") and free["text"] != answer.get("text"):
        found.append((free_confidence(free_score(free)), free))
    kept = [(sure, one) for sure, one in found if sure >= least and _covers(one)]
    kept.sort(key=lambda pair: -pair[0])
    readings = tuple(_hypothesis(one, sure, offset_ms) for sure, one in kept)
    return Transcript(readings, final=True, rejected=bool(answer) and not readings)


def _covers(answer: Mapping[str, Any]) -> bool:
    return MIN_COVERAGE <= float(answer["coverage"]) <= MAX_COVERAGE


def _hypothesis(answer: Mapping[str, Any], sure: float, offset_ms: int) -> Hypothesis:
    words = tuple(
        Word(text, max(0, start + offset_ms), max(0, end + offset_ms), sure)
        for text, start, end in answer["words"]
    )
    return Hypothesis(answer["text"], sure, words)
