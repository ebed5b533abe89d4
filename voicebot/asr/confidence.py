"""From an engine's scores to a confidence that means the same everywhere.

PocketSphinx's own confidences are useless with grammars. What works is a second pass: an
all-phone loop over the same sound. The ratio is (grammar's log-likelihood - the loop's) for each
10 ms of recognized words, in PocketSphinx's unit; the coverage is the recognized words' time over
the time that the loop calls speech. Bands were fitted on telephone speech by `bench/asr.py`.
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
_BEST_ABOVE = 30.0
"""So far above the accept threshold nothing gets surer."""
MIN_COVERAGE, MAX_COVERAGE = 0.5, 2.5


def confidence(ratio: float, accept: float, reject: float) -> float:
    """0 to 1, piecewise linear through the two thresholds."""
    points = [reject - 40.0, reject, accept, accept + _BEST_ABOVE]
    return round(float(np.interp(ratio, points, [0.0, CONFIRMED, ACCEPTED, _BEST])), 3)


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
    sure = confidence(answer["ratio"], accept, reject)
    covered = MIN_COVERAGE <= answer["coverage"] <= MAX_COVERAGE
    if sure < least or not covered:
        return Transcript((), final=True, rejected=True)
    words = tuple(
        Word(text, max(0, start + offset_ms), max(0, end + offset_ms), sure)
        for text, start, end in answer["words"]
    )
    return Transcript((Hypothesis(answer["text"], sure, words),), final=True)
