"""How alike a text is to each question of a base, by words and by meaning.

text ─┬─ n-grams (words and characters; Chinese: characters and blurred pinyin) ─▶ cosine ─┐
      └─ MiniLM, where it is installed ─▶ exp(-2 (1 - cosine)) ────────────────────────────┴▶ mix
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder, Vector
from voicebot.nlu.knowledge.grams import grams
from voicebot.nlu.similarity import Index

Floats = NDArray[np.float32]
_WORDS = 0.2
"""Weight of the n-grams beside the embedding."""
_GAMMA = 1.0
"""Of exp(-gamma · squared distance): vectors of length one."""
_THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Rows of the questions; immutable."""

    language: str
    views: tuple[Index, Index]
    vectors: Vector | None
    encoder: SentenceEncoder | None

    def to_all(self, texts: Sequence[str]) -> Floats:
        """(texts, questions), for many texts at once. Texts are normalized."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        words = np.stack([self._words(text) for text in texts])
        if self.encoder is None or self.vectors is None:
            return words
        return self._mixed(words, self.encoder.many(texts, _THREADS) @ self.vectors.T)

    def of(self, text: str) -> Floats:
        """To each question, one text."""
        words = self._words(text)
        if self.encoder is None or self.vectors is None:
            return words
        return self._mixed(words, self.vectors @ self.encoder(text))

    def _words(self, text: str) -> Floats:
        both = grams(text, self.language)
        one, other = (index.cosines(found) for index, found in zip(self.views, both, strict=True))
        mean: Floats = (one + other) / np.float32(2)
        return mean

    @staticmethod
    def _mixed(words: Floats, cosines: Floats) -> Floats:
        sense = np.exp(np.float32(-2 * _GAMMA) * (1 - cosines))
        mixed: Floats = np.float32(_WORDS) * words + np.float32(1 - _WORDS) * sense
        return mixed


def likeness(
    texts: Sequence[str], groups: Sequence[int], language: str, encoder: SentenceEncoder | None
) -> Likeness:
    """Of normalized questions; `groups` tells the entry of each. Takes some ms a question."""
    found = [grams(text, language) for text in texts]
    one, other = (Index([both[at] for both in found], groups) for at in (0, 1))
    vectors = encoder.many(texts, _THREADS) if encoder is not None else None
    return Likeness(language, (one, other), vectors, encoder)
