"""How well the words of a text are met by some example or other of each intent.

Khattab and Zaharia 2020 (ColBERT): each word, as the sentence encoder understands it in its place,
is compared with the nearest of the other side, and the words' cosines are averaged. Here the other
side is all examples of an intent: "my card" may be met by one of them and "still not here" by
another, which no example's vector as a whole tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.sentence import Sentence
from voicebot.nlu.intents.tfidf import Floats

_AXES = 128
"""Numbers a word is kept with: as often right as with all 768."""
_WEIGHT = 5.0
"""Of a mean cosine among logits."""
_LIKELIEST = 16
"""Intents whose words are looked at; the others (and those without an example) are met as badly as
the worst of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Wordings:
    """The words of the examples of each intent."""

    axes: Floats
    """(numbers of a word, numbers that are kept of it)."""
    words: Floats
    """A row each, those of an intent together, in the order of intents."""
    firsts: NDArray[np.int64]
    """Of each intent, its first word, and last how many words there are."""

    def logits(self, sentence: Sentence, logits: Floats) -> Floats:
        """Those that the sentence as a whole gave, and what its words say."""
        order = np.argsort(-logits)
        likely = order[np.diff(self.firsts)[order] > 0][:_LIKELIEST]
        met = self._met(sentence, likely)
        found = np.full(len(logits), met.min(), np.float32)
        found[likely] = met
        result: Floats = logits + np.float32(_WEIGHT) * found
        return result

    def _met(self, sentence: Sentence, intents: NDArray[np.int64]) -> Floats:
        """Mean cosine of the sentence's words to the nearest of each of these intents."""
        parts = [self.words[self.firsts[n] : self.firsts[n + 1]] for n in intents]
        starts = np.cumsum([0, *map(len, parts[:-1])])
        cosines = (sentence.words @ self.axes) @ np.concatenate(parts).T
        result: Floats = sentence.shares @ np.maximum.reduceat(cosines, starts, axis=1)
        return result


def axes_of(sentences: Sequence[Sentence]) -> Floats:
    """Those along which the words differ from nothing most."""
    words = np.concatenate([sentence.words for sentence in sentences])
    _, found = np.linalg.eigh(words.T @ words)
    axes: Floats = np.ascontiguousarray(found[:, -_AXES:])
    return axes


def wordings(
    axes: Floats, sentences: Sequence[Sentence], labels: NDArray[np.int64], intents: int
) -> Wordings:
    """From examples in any order, `labels` the number of the intent of each."""
    order = np.argsort(labels, kind="stable")
    rows = [sentences[place].words @ axes for place in order]
    of_word = np.repeat(labels[order], [len(row) for row in rows])
    return Wordings(axes, np.concatenate(rows), np.searchsorted(of_word, np.arange(intents + 1)))
