"""Vosk's alternatives as readings with confidences.

    segment: alternatives with log-likelihoods ─▶ shares (they add up to one)
    segments one after the other ─▶ the likeliest few of their combinations

A word is as sure as the shares of the readings that have it at its time; a reading is as sure as
its words are on the average; one that comes after the best is as much less as its share is smaller.
Without alternatives Vosk gives a confidence for each word itself; with them it gives none.

Source: Wessel et al., Confidence measures for large vocabulary continuous speech recognition, IEEE
Trans. Speech and Audio Processing 9(3), 2001, of lists in place of lattices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

MOST = 5
"""Readings of an utterance: as many as understanding looks at."""

Words = Sequence[Mapping[str, Any]]
"""Each with `word`, `start` and `end` in seconds."""
Scored = tuple[Words, float]


def readings(segments: Sequence[Mapping[str, Any]], most: int = MOST) -> list[dict[str, Any]]:
    """Of results of Vosk with alternatives, one a segment: at most so many readings, best first,
    each with its `words`, of which each has its `conf`, and its `conf`."""
    found: list[Scored] = [((), 0.0)]
    for segment in segments:
        alternatives = _alternatives(segment)
        if alternatives:
            found = _together(found, alternatives)[:most]
    shares = _shares(found)
    sure = [[_sureness(word, found, shares) for word in words] for words, _ in found]
    best = _mean(sure[0])
    return [
        {
            "words": [{**word, "conf": conf} for word, conf in zip(words, confs, strict=True)],
            "conf": best * share / shares[0],
        }
        for (words, _), confs, share in zip(found, sure, shares, strict=True)
    ]


def _alternatives(segment: Mapping[str, Any]) -> list[Scored]:
    """Those that differ in their words; none of a segment without speech."""
    found: dict[str, Scored] = {}
    for one in segment.get("alternatives", ()):
        words = one.get("result", ())
        text = " ".join(word["word"] for word in words)
        if text not in found or found[text][1] < one["confidence"]:
            found[text] = (words, float(one["confidence"]))
    return sorted(found.values(), key=lambda pair: -pair[1]) if any(found) else []


def _together(before: Sequence[Scored], after: Sequence[Scored]) -> list[Scored]:
    pairs = [((*a, *b), one + other) for a, one in before for b, other in after]
    return sorted(pairs, key=lambda pair: -pair[1])


def _shares(found: Sequence[Scored]) -> list[float]:
    best = max(score for _, score in found)
    parts = [math.exp(score - best) for _, score in found]
    return [part / sum(parts) for part in parts]


def _sureness(word: Mapping[str, Any], found: Sequence[Scored], shares: Sequence[float]) -> float:
    """Shares of the readings that have the word where it is."""
    return sum(
        share
        for (words, _), share in zip(found, shares, strict=True)
        if any(_same(word, other) for other in words)
    )


def _same(word: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    overlaps = word["start"] < other["end"] and other["start"] < word["end"]
    return bool(overlaps) and word["word"] == other["word"]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
