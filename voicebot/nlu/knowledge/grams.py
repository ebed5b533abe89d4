"""N-grams of a question, each weighted by how much its words say.

English: words 1-2 · characters within words 2-5. Chinese: characters 1-2 · blurred pinyin 1-2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from voicebot.nlu.han import HAN, SIMPLIFIED, sounds_of
from voicebot.nlu.similarity import Features, ngrams
from voicebot.nlu.weights import weight

_HAN_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_LEAST = {"en": 0.3, "zh": 0.1}
"""A word that says nothing by itself ("what", "is") still tells one wording from another."""


def grams(text: str, language: str) -> tuple[Features, Features]:
    """Both views of a normalized text."""
    if language == "zh":
        tokens = [SIMPLIFIED.get(token, token) for token in _HAN_TOKEN.findall(text)]
        weights = _weights(tokens, _LEAST["zh"])
        return ngrams(tokens, weights, 2), ngrams(sounds_of(tuple(tokens)), weights, 2)
    words = text.split()
    weights = _weights(words, _LEAST["en"])
    return ngrams(words, weights, 2), _within(words, weights)


def _weights(words: Sequence[str], least: float) -> list[float]:
    return [least + (1 - least) * weight(word) for word in words]


def _within(words: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    """Runs of 2 to 5 characters of each word with a space on both sides."""
    found: dict[str, float] = {}
    for word, value in zip(words, weights, strict=True):
        padded = f" {word} "
        for size in range(2, min(5, len(padded)) + 1):
            for at in range(len(padded) - size + 1):
                gram = padded[at : at + size]
                found[gram] = max(found.get(gram, 0.0), value)
    return found
