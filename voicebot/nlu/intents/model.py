"""A trained intent model: from a text to probabilities, and how much it is like what was taught.

text ─▶ normalized ─┬─ n-grams ─▶ support vectors ─▶ s ─┐
                    └─ MiniLM ──▶ kernel, softmax ─▶ z ─┴▶ w·log p(4 s) + (1-w)·log p(z), scaled
                          └─ words ─▶ met by an intent's (few examples) ─▶ added to z

w is greater for a text that is far from all that was taught: misheard words harm n-grams less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.embedding.sentence import Sentence
from voicebot.nlu.intents.features import normalized
from voicebot.nlu.intents.kernel import Kernel
from voicebot.nlu.intents.softmax import log_softmax
from voicebot.nlu.intents.svm import svm_scores
from voicebot.nlu.intents.tfidf import Floats, TfIdf
from voicebot.nlu.intents.wordings import Wordings

_SHARPNESS = np.float32(4)
"""Support vector scores are as sharp as log-odds when they are multiplied by this."""
_SLOPE = 2.5
"""How fast `Blend` grows with distance."""
_NEARNESS = 2.0
"""How much nearness to what was taught counts against sureness where texts are rejected."""
NEIGHBORS = 5
"""The rank of the training example that tells how near a text is to what was taught."""
_LIKELIEST = 16
"""Intents whose examples are looked at for it."""


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
    """Of the training examples, those of an intent together, in the order of intents."""
    firsts: NDArray[np.int64]
    """Of each intent, its first example, and last how many examples there are."""
    fingerprint: str
    """Of the encoder's weights."""
    importance: Floats | None = None
    """How much each piece of the encoder's vocabulary counts; alike in models of before."""
    wordings: Wordings | None = None
    """None where many examples of an intent say more; and in models of before."""

    def logits(self, sentence: Sentence) -> Floats:
        """Of each intent."""
        logits = self.kernel(sentence.vector)
        return logits if self.wordings is None else self.wordings.logits(sentence, logits)

    @property
    def usual(self) -> float:
        """How many examples a typical intent has."""
        return float(np.median(np.diff(self.firsts)))

    def nearness(self, vector: Floats, intents: NDArray[np.int64]) -> float:
        """Cosine to the fifth nearest example of these intents; to the nearest where intents have
        fewer."""
        parts = [self.vectors[self.firsts[n] : self.firsts[n + 1]] @ vector for n in intents]
        cosines = np.concatenate(parts)
        rank = min(NEIGHBORS if self.usual >= NEIGHBORS else 1, len(cosines))
        return float(np.partition(cosines, -rank)[-rank]) if rank else 0.0


def sense(
    kernel: Kernel,
    vectors: Floats,
    labels: NDArray[np.int64],
    fingerprint: str,
    importance: Floats | None,
    wordings: Wordings | None,
) -> Sense:
    """From examples in any order, `labels` the number of the intent of each."""
    order = np.argsort(labels, kind="stable")
    firsts = np.searchsorted(labels[order], np.arange(kernel.weights.shape[1] + 1))
    return Sense(kernel, vectors[order], firsts, fingerprint, importance, wordings)


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

    def read(self, text: str, sentence: Sentence | None = None) -> Meaning:
        """Both views of a text. `sentence` is its embedding by `Sense.importance`; without it only
        words count."""
        words = svm_scores(self.svm, self.tfidf(normalized(text)))
        if self.sense is None or sentence is None:
            return Meaning(words, None, None)
        return Meaning(words, self.sense.logits(sentence), sentence.vector)

    def judge(
        self, meaning: Meaning, calibration: Calibration, allowed: Sequence[int] | None = None
    ) -> Judgment:
        """Only the `allowed` intents compete; all where it is None."""
        scope = self._scope(allowed)
        words = meaning.words[scope]
        logs = log_softmax(_SHARPNESS * words)
        near = 0.0
        if meaning.sense is not None and meaning.vector is not None:
            near = self.nearness(meaning)
            part = calibration.words(near)  # The same in every scope, so the order is, too.
            near = near if allowed is None else self.nearness(meaning, allowed)
            logs = part * logs + (1 - part) * log_softmax(meaning.sense[scope])
        probabilities = np.zeros(len(self.labels), np.float32)
        probabilities[scope] = np.exp(log_softmax(logs / np.float32(calibration.temperature)))
        if meaning.vector is None:
            return Judgment(probabilities, float(np.linalg.norm(np.maximum(words + 1, 0))))
        sure = float(np.exp(log_softmax(logs)).max())  # Before it is sharpened to be calibrated.
        return Judgment(probabilities, sure + _NEARNESS * near)

    def _scope(self, allowed: Sequence[int] | None) -> NDArray[np.int64]:
        return np.arange(len(self.labels)) if allowed is None else np.array(allowed, np.int64)

    def nearness(self, meaning: Meaning, allowed: Sequence[int] | None = None) -> float:
        """To examples of those intents of the scope that the embedding finds likeliest: the nearest
        ones are among them, and the others need not be looked at."""
        if self.sense is None or meaning.sense is None or meaning.vector is None:
            return 0.0
        scope = self._scope(allowed)
        if len(scope) > _LIKELIEST:
            scope = scope[np.argpartition(meaning.sense[scope], -_LIKELIEST)[-_LIKELIEST:]]
        return self.sense.nearness(meaning.vector, scope)


def calibration_name(*, spoken: bool, sense: bool) -> str:
    """Key of `IntentModel.calibrations`."""
    return ("spoken" if spoken else "typed") + ("" if sense else "-words")
