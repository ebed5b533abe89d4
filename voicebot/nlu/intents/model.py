"""A trained intent model: from a text to probabilities, and how much it is like what was taught.

text ─▶ normalized ─┬─ n-grams ─▶ support vectors ─▶ s ─┐
                    └─ MiniLM ──▶ kernel, softmax ─▶ z ─┴▶ w·log p(4 s) + (1-w)·log p(z), scaled

w is greater for a text that is far from all that was taught: misheard words harm n-grams less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.intents.features import normalized
from voicebot.nlu.intents.kernel import Kernel
from voicebot.nlu.intents.softmax import log_softmax
from voicebot.nlu.intents.svm import svm_scores
from voicebot.nlu.intents.tfidf import Floats, TfIdf

_SHARPNESS = np.float32(4)
"""Support vector scores are as sharp as log-odds when they are multiplied by this."""
_SLOPE = 2.5
"""How fast `Blend` grows with distance."""
_NEARNESS = 1.5
"""How much nearness to what was taught counts against sureness where texts are rejected."""
NEIGHBORS = 5
"""The rank of the training example that tells how near a text is to what was taught."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Weight of the n-grams against the embedding, 0 to 1, by how near a text is to what was
    taught (cosine)."""

    least: float
    most: float
    near: float
    """From here down it grows."""

    def __call__(self, near: float) -> np.float32:
        """For a text that is so near."""
        return np.float32(min(self.most, self.least + _SLOPE * max(0.0, self.near - near)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """From scores to decisions, for typed text or for recognized speech."""

    words: Blend
    """Weight of the n-grams against the embedding."""
    temperature: float
    """Log-probabilities are divided by it: 0.8 is right eight times in ten then."""
    reject: float
    """Score below which a text is out of scope."""
    levels: Levels
    """Confidence from which an intent is taken, and from which it is asked back."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Both views of one text, before any scope."""

    words: Floats
    """Support vector scores."""
    sense: Floats | None
    """Logits of the embedding; None without one."""
    vector: Floats | None


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a text means among the intents that are allowed."""

    probabilities: Floats
    """By intent, those not allowed zero."""
    score: float
    """High where it is like what was taught; held against `Calibration.reject`."""

    @property
    def best(self) -> int:
        """Number of the likeliest intent."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """Its probability."""
        return float(self.probabilities.max())


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """The half of a model that needs the sentence encoder."""

    kernel: Kernel
    vectors: Floats
    """Of the training examples."""
    labels: NDArray[np.int64]
    """Number of the intent of each."""
    fingerprint: str
    """Of the encoder's weights."""
    importance: Floats | None = None
    """How much each piece of the encoder's vocabulary counts; alike in models of before."""


@dataclass(frozen=True, slots=True, eq=False)
class IntentModel:
    """Immutable; one for all calls of a process."""

    labels: tuple[str, ...]
    language: str
    tfidf: TfIdf
    svm: Floats
    sense: Sense | None
    calibrations: Mapping[str, Calibration]
    """By `calibration_name`."""
    version: str = ""
    """Of what it was trained from: the same examples and settings give the same."""
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """By intent, what it was trained from: recognizers learn from it, too. None in models of
    before."""

    def calibration(self, *, spoken: bool, sense: bool) -> Calibration:
        """For recognized speech or typed text, with the sentence encoder or without."""
        return self.calibrations[calibration_name(spoken=spoken, sense=sense)]

    def read(self, text: str, vector: Floats | None = None) -> Meaning:
        """Both views of a text. `vector` is its embedding by `Sense.importance`; without it only
        words count."""
        words = svm_scores(self.svm, self.tfidf(normalized(text)))
        if self.sense is None or vector is None:
            return Meaning(words, None, None)
        return Meaning(words, self.sense.kernel(vector), vector)

    def judge(
        self, meaning: Meaning, calibration: Calibration, allowed: Sequence[int] | None = None
    ) -> Judgment:
        """Only the `allowed` intents compete; all where it is None."""
        scope = np.arange(len(self.labels)) if allowed is None else np.array(allowed, np.int64)
        words = meaning.words[scope]
        logs = log_softmax(_SHARPNESS * words)
        near = 0.0
        if meaning.sense is not None and meaning.vector is not None:
            near = self.nearness(meaning.vector)
            part = calibration.words(near)  # The same in every scope, so the order is, too.
            near = near if allowed is None else self.nearness(meaning.vector, scope)
            logs = part * logs + (1 - part) * log_softmax(meaning.sense[scope])
        probabilities = np.zeros(len(self.labels), np.float32)
        probabilities[scope] = np.exp(log_softmax(logs / np.float32(calibration.temperature)))
        if meaning.vector is None:
            return Judgment(probabilities, float(np.linalg.norm(np.maximum(words + 1, 0))))
        sure = float(np.exp(log_softmax(logs)).max())  # Before it is sharpened to be calibrated.
        return Judgment(probabilities, sure + _NEARNESS * near)

    def nearness(self, vector: Floats, scope: NDArray[np.int64] | None = None) -> float:
        """Cosine to the fifth nearest example; to the nearest where intents have fewer."""
        assert self.sense is not None
        cosines = self.sense.vectors @ vector
        if scope is not None:
            cosines = cosines[np.isin(self.sense.labels, scope)]
        rank = min(neighbor_rank(self.sense.labels), len(cosines))
        return float(np.partition(cosines, -rank)[-rank]) if rank else 0.0


def calibration_name(*, spoken: bool, sense: bool) -> str:
    """Key of `IntentModel.calibrations`."""
    return ("spoken" if spoken else "typed") + ("" if sense else "-words")


def neighbor_rank(labels: NDArray[np.int64]) -> int:
    """5 where the typical intent has five examples or more, else 1."""
    return NEIGHBORS if np.median(np.bincount(labels)) >= NEIGHBORS else 1
