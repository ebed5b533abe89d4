"""How well a model understands texts that it was not taught."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.calibration import (
    KEPT,
    best_temperature,
    expected_calibration_error,
    threshold_keeping,
)
from voicebot.nlu.intents.model import Calibration, IntentModel, Judgment
from voicebot.nlu.intents.training_set import OUT_OF_SCOPE, Example

_COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Texts with what they mean and what the model makes of them."""

    truth: tuple[str, ...]
    found: tuple[str, ...]
    """The likeliest intent, rejected or not."""
    confidences: NDArray[np.float64]
    scores: NDArray[np.float64]
    times_ms: NDArray[np.float64]
    """CPU time of each interpretation, embedding included."""

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether a text has an intent."""
        return np.array([label != OUT_OF_SCOPE for label in self.truth], bool)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether it was found."""
        return np.array([a == b for a, b in zip(self.truth, self.found, strict=True)], bool)


Interpret = Callable[[str], Judgment]


def interpreter(
    model: IntentModel,
    encoder: SentenceEncoder | None,
    calibration: Calibration,
    allowed: Sequence[int] | None = None,
) -> Interpret:
    """From a normalized text to a judgment."""

    def interpret(text: str) -> Judgment:
        sentence = None
        if encoder is not None and model.sense is not None:
            sentence = encoder.sentence(text, model.sense.importance)
        return model.judge(model.read(text, sentence), calibration, allowed)

    return interpret


def judge_all(model: IntentModel, examples: Sequence[Example], interpret: Interpret) -> Judged:
    """One after the other, on this thread."""
    found, confidences, scores, times = [], [], [], []
    for example in examples:
        began = time.thread_time()
        judgment = interpret(example.text)
        times.append((time.thread_time() - began) * 1000)
        found.append(model.labels[judgment.best])
        confidences.append(judgment.confidence)
        scores.append(judgment.score)
    return Judged(
        tuple(example.label for example in examples),
        tuple(found),
        np.array(confidences),
        np.array(scores),
        np.array(times),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one test."""

    accuracy: float | None
    """Share of the texts in scope whose likeliest intent is right, nothing rejected."""
    in_scope_accuracy: float | None
    """Of them, right and not rejected."""
    oos_recall: float | None
    """Of those out of scope, rejected; None where there are none."""
    oos_auroc: float | None
    ece: float | None
    latency_ms: dict[str, float]
    details: dict[str, Any]

    def headline(self) -> dict[str, Any]:
        """What `--json` prints."""
        names = ("accuracy", "in_scope_accuracy", "oos_recall", "oos_auroc", "ece", "latency_ms")
        return {name: getattr(self, name) for name in names}


def report(judged: Judged, threshold: float) -> Report:
    """`threshold` is the score below which a text is rejected."""
    inside, right = judged.inside, judged.right
    kept = judged.scores >= threshold
    return Report(
        _share(right[inside]),
        _share((right & kept)[inside]),
        _share(~kept[~inside]),
        _auroc(judged.scores[inside], judged.scores[~inside]),
        _error(judged.confidences[inside], right[inside]),
        latency(judged.times_ms),
        {
            "threshold": threshold,
            "in_scope_kept": _share(kept[inside]),
            "oos_accepted": _share(kept[~inside]),
            "overall_accuracy": _share(np.where(inside, right & kept, ~kept)),
            "coverage_error": _coverage(judged),
            "intents": _per_intent(judged),
            "confusions": _confusions(judged),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        },
    )


def latency(times_ms: NDArray[np.float64]) -> dict[str, float]:
    """Percentiles."""
    if not len(times_ms):
        return {}
    return {f"p{p}": round(float(np.percentile(times_ms, p)), 3) for p in (50, 95, 99)}


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 5) if len(hits) else None


def _error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float | None:
    return round(expected_calibration_error(confidences, right), 5) if len(right) else None


def _auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float | None:
    """How often a text in scope scores higher than one that is not; ties count half."""
    if not len(inside) or not len(outside):
        return None
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, "left") + np.searchsorted(ordered, inside, "right")
    return round(float(below.mean() / 2 / len(outside)), 5)


def _coverage(judged: Judged) -> list[dict[str, float]]:
    """Errors among the surest part of the texts in scope."""
    inside = judged.inside
    order = np.argsort(-judged.scores[inside])
    wrong = ~judged.right[inside][order]
    rows = []
    for share in _COVERAGES if len(wrong) else ():
        count = max(1, round(share * len(wrong)))
        rows.append({"coverage": share, "error": round(float(wrong[:count].mean()), 5)})
    return rows


def _per_intent(judged: Judged) -> dict[str, dict[str, float]]:
    meant, said = Counter(judged.truth), Counter(judged.found)
    hits = Counter(a for a, b in zip(judged.truth, judged.found, strict=True) if a == b)
    return {
        label: {
            "count": meant[label],
            "recall": round(hits[label] / meant[label], 4),
            "precision": round(hits[label] / said[label], 4) if said[label] else 0.0,
        }
        for label in sorted(meant)
        if label != OUT_OF_SCOPE
    }


def _confusions(judged: Judged) -> list[dict[str, Any]]:
    pairs = Counter(
        (a, b)
        for a, b in zip(judged.truth, judged.found, strict=True)
        if a != b and a != OUT_OF_SCOPE
    )
    return [{"meant": a, "found": b, "count": n} for (a, b), n in pairs.most_common(30)]


def fixed_on(
    model: IntentModel,
    examples: Sequence[Example],
    interpret_with: Callable[[Calibration], Interpret],
    calibration: Calibration,
) -> Calibration:
    """The temperature and the threshold that keeps 95 % of what is in scope, from a validation
    set; unchanged where it has nothing of the model's intents."""
    known = [example for example in examples if example.label in model.labels]
    if not known:
        return calibration
    truth = np.array([model.labels.index(example.label) for example in known], np.int64)
    interpret = interpret_with(replace(calibration, temperature=1.0))
    found = np.stack([interpret(example.text).probabilities for example in known])
    logs = np.log(np.maximum(found, 1e-30)).astype(np.float32)
    fitted = replace(calibration, temperature=best_temperature(logs, truth))
    scores = judge_all(model, known, interpret_with(fitted)).scores
    return replace(fitted, reject=threshold_keeping(scores, KEPT))
