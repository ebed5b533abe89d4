"""Likeness of an utterance to the choices of a node: the tier below exact patterns.

`Scorer` is the door for other engines (sentence embeddings, a trained classifier): whatever
gives a probability for each choice can stand in for `LexicalScorer`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.han import sounds_of
from voicebot.nlu.similarity import Features, Index, Scores, ngrams
from voicebot.nlu.stems import stem
from voicebot.nlu.weights import weight

_SLOT_WEIGHT = 0.5
_NEAREST = 3
"""How many of a choice's nearest sentences speak for it."""
_LIKENESS, _LEAD, _OFFSET = 10.0, 3.0, -4.1
"""Logistic curve from likeness and lead over the next choice to probability: near the fit on menus
of eight intents with five phrases each and a third of the texts outside, a little stricter, as a
wrong turn costs a caller more than a question."""
_DENIED = 0.4
"""What is left of the likeness to a sentence that says what the caller denies."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a choice's patterns."""

    choice: str
    words: tuple[str, ...]
    """Slots as `{name}`."""
    negative: bool = False
    """The sentence itself denies something."""


@dataclass(frozen=True, slots=True)
class Query:
    """An utterance to be compared."""

    words: tuple[str, ...]
    """Slot values replaced by `{name}`."""
    affirmed: tuple[str, ...]
    """The words that are not under a denial; the same as `words` where nothing is denied."""
    denied: frozenset[str] = frozenset()
    """The words that say something and are only denied."""
    text: str = ""
    """As it was recognized; empty where only a part is compared."""


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely the choices of a node are."""

    probabilities: Mapping[str, float]
    """By choice; they need not add up to one: the rest is "none of these"."""
    learned: Mapping[str, Levels] = field(default_factory=dict)
    """Levels of the choices that a trained model knew."""


class Scorer(Protocol):
    """Gives the probability that a choice was meant."""

    def likely(self, query: Query) -> Likely:
        """Never fails for a text."""
        ...


class LexicalScorer:
    """Cosines of word and character n-grams (Chinese: character and pinyin), then a logistic
    curve fitted on utterances inside and outside of small menus."""

    def __init__(self, sentences: Sequence[Sentence], *, chinese: bool) -> None:
        self._chinese = chinese
        self._names = list(dict.fromkeys(sentence.choice for sentence in sentences))
        groups = [self._names.index(sentence.choice) for sentence in sentences]
        starts = [groups.index(group) for group in range(len(self._names))]
        self._blocks = list(pairwise([*starts, len(groups)]))
        self._negative = np.array([sentence.negative for sentence in sentences], bool)
        self._stems = [
            {stem(word) for sentence in sentences[first:last] for word in sentence.words}
            for first, last in self._blocks
        ]
        views = [self._views(sentence.words) for sentence in sentences]
        self._indexes = [Index(list(rows), groups) for rows in zip(*views, strict=True)]

    def likely(self, query: Query) -> Likely:
        """Calibrated on menus of about eight."""
        if not self._names or not query.words:
            return Likely({})
        likeness = self._likeness(query)
        by_choice = [_typical(likeness[first:last]) for first, last in self._blocks]
        order = sorted(by_choice, reverse=True)
        best, second = order[0], order[1] if len(order) > 1 else 0.0
        return Likely(
            {
                name: _curve(score, score - (second if score == best else best))
                for name, score in zip(self._names, by_choice, strict=True)
            }
        )

    def _likeness(self, query: Query) -> Scores:
        likeness = self._cosines(query.words)
        if query.affirmed != query.words:
            likeness = np.where(self._negative, likeness, likeness * np.float32(_DENIED))
            if query.affirmed:
                rest = self._cosines(query.affirmed)
                rest[self._negative | self._speaks_of(query.denied)] *= np.float32(_DENIED)
                likeness = np.maximum(likeness, rest)
        return likeness

    def _speaks_of(self, words: frozenset[str]) -> NDArray[np.bool_]:
        """The sentences of choices that have one of the words in any of their sentences."""
        stems = set(map(stem, words))
        spoken = np.zeros(len(self._negative), bool)
        for (first, last), within in zip(self._blocks, self._stems, strict=True):
            spoken[first:last] = not stems.isdisjoint(within)
        return spoken

    def _cosines(self, words: tuple[str, ...]) -> Scores:
        views = zip(self._indexes, self._views(words), strict=True)
        cosines = [index.cosines(features) for index, features in views]
        mean: Scores = np.mean(cosines, axis=0, dtype=np.float32)
        return mean

    def _views(self, words: tuple[str, ...]) -> tuple[Features, Features]:
        weights = [_SLOT_WEIGHT if word.startswith("{") else weight(word) for word in words]
        if self._chinese:
            return ngrams(words, weights, 3), ngrams(sounds_of(words), weights, 3)
        return ngrams([stem(word) for word in words], weights, 2), _characters(words, weights)


def _typical(likeness: Scores) -> float:
    """The nearest sentence, tempered by the few next ones."""
    nearest = np.sort(likeness)[-_NEAREST:]
    return 0.6 * float(nearest[-1]) + 0.4 * float(nearest.mean())


def _curve(score: float, lead: float) -> float:
    return 1 / (1 + math.exp(-(_LIKENESS * score + _LEAD * lead + _OFFSET)))


def _characters(words: Sequence[str], weights: Sequence[float]) -> Features:
    """Character 3- to 5-grams within words, each weighted by its word."""
    found: dict[str, float] = {}
    for word, value in zip(words, weights, strict=True):
        padded = f" {word} "
        for n in (3, 4, 5):
            for at in range(len(padded) - n + 1):
                gram = padded[at : at + n]
                found[gram] = max(found.get(gram, 0.0), value)
    return found
