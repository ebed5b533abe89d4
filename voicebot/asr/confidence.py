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


def transcript(
    answer: Mapping[str, Any],
    accept: float,
    reject: float,
    *,
    offset_ms: int = 0,
    least: float = CONFIRMED,
) -> Transcript:
    """PocketSphinx's answer as a transcript; `offset_ms` is where its sound began in the
    utterance's. Rejected where speech was there but is not what the grammar explains, or where
    the confidence is below `least`."""
    if not answer.get("text"):
        return Transcript((), final=True, rejected=bool(answer))
    sure = confidence(score(answer), accept, reject)
    covered = MIN_COVERAGE <= answer["coverage"] <= MAX_COVERAGE
    if sure < least or not covered:
        return Transcript((), final=True, rejected=True)
    words = tuple(
        Word(text, max(0, start + offset_ms), max(0, end + offset_ms), sure)
        for text, start, end in answer["words"]
    )
    return Transcript((Hypothesis(answer["text"], sure, words),), final=True)
