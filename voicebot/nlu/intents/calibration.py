"""From scores of held-out texts to a temperature and to thresholds.

Guo et al. 2017, On Calibration of Modern Neural Networks (temperature scaling, ECE).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.intents.model import Blend, Calibration, Judgment
from voicebot.nlu.intents.softmax import log_softmax

_TEMPERATURES = np.geomspace(0.05, 5, 93)
KEPT = 0.95
"""Share of what belongs here that must not be rejected."""
_BINS = 15
_DROPPED = 0.02
"""Share of what is not rejected that is too unsure to be asked back."""
_ACCEPT, _CONFIRM = (0.3, 0.6), (0.1, 0.35)
"""Bounds of what is learned, up to the usual levels: a few held-out phrases may tell anything."""


def calibrate(
    judged: Sequence[Judgment], truth: NDArray[np.int64], words: Blend, hardest: slice
) -> Calibration:
    """From judgments at temperature 1 with that blend of `words`. Of the `hardest` no more are
    rejected than of all."""
    found = np.stack([judgment.probabilities for judgment in judged])
    logs = np.log(np.maximum(found, 1e-30)).astype(np.float32)
    temperature = best_temperature(logs, truth)
    scaled = np.exp(log_softmax(logs / np.float32(temperature)))
    scores = np.array([judgment.score for judgment in judged])
    right = scaled.argmax(axis=1) == truth
    kept = scores[hardest] if len(scores[hardest]) else scores
    reject = min(threshold_keeping(kept, KEPT), threshold_keeping(scores, KEPT))
    levels = learned_levels(scaled.max(axis=1)[scores >= reject], right[scores >= reject])
    return Calibration(words, temperature, reject, levels)


def best_temperature(logs: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The one that makes the truth likeliest, as if of one text more the second best were right: a
    few texts that are all right do not make sure of everything."""
    return float(min(_TEMPERATURES, key=lambda t: _loss(log_softmax(logs / np.float32(t)), truth)))


def _loss(logs: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    own = logs[np.arange(len(truth)), truth]
    second = np.sort(logs, axis=1)[:, -2:][:, 0]
    return -float(own.sum() + second.mean())


def threshold_keeping(scores: NDArray[np.float64], share: float) -> float:
    """At or above which that share of the scores is."""
    return float(np.quantile(scores, 1 - share))


def learned_levels(confidences: NDArray[np.floating[Any]], right: NDArray[np.bool_]) -> Levels:
    """From confidences of what is not rejected. Taken from where taking what is above and doubting
    what is below is right most often; asked back from where nearly all is kept."""
    order = np.argsort(confidences, kind="stable")
    rising = confidences[order]
    below = np.concatenate([[0], np.cumsum(~right[order])])
    above = right.sum() - np.concatenate([[0], np.cumsum(right[order])])
    best = int(np.argmax(below + above))
    accept = float(np.clip(rising[min(best, len(rising) - 1)], *_ACCEPT))
    return Levels(accept, min(accept, float(np.clip(np.quantile(rising, _DROPPED), *_CONFIRM))))


def expected_calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and accuracy over fifteen equal bins of confidence."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == bin_).sum() * abs(confidences[bins == bin_].mean() - right[bins == bin_].mean())
        for bin_ in np.unique(bins)
    ]
    return float(sum(gaps) / max(1, len(confidences)))
