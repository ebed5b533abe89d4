"""Recognition errors, simulated: what a text may come out as at a given word error rate.

Of the errors, about six in ten are substitutions, a quarter deletions, the rest insertions, as
recognizers of telephone speech have them. English words turn into words that sound alike (by a
key of their consonants) from the words at hand; Chinese characters into characters of the same
blurred sound. Where nothing sounds alike, any word of the stock stands in.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu.han import HAN, is_han, sound_of

_HAN_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_SUBSTITUTED, _DELETED = 0.6, 0.25
"""Shares of the errors; the rest are insertions."""
_CLASSES = {
    **dict.fromkeys("bpvf", "P"),
    **dict.fromkeys("dt", "T"),
    **dict.fromkeys("gkqcx", "K"),
    **dict.fromkeys("szj", "S"),
    **dict.fromkeys("mn", "N"),
    **dict.fromkeys("lr", "L"),
    **dict.fromkeys("aeiouy", "-"),
}
_SPELLINGS = (("ph", "f"), ("ck", "k"), ("ght", "t"), ("sh", "s"), ("ch", "s"), ("th", "t"))


def sound_key(word: str) -> str:
    """English words with the same key are easily taken for each other."""
    for spelling, letter in _SPELLINGS:
        word = word.replace(spelling, letter)
    key = ""
    for letter in word:
        sound = _CLASSES.get(letter, "")
        if sound and not key.endswith(sound):
            key += sound
    return key[:1] + key[1:].replace("-", "") if key else word


@dataclass(frozen=True, slots=True)
class Stock:
    """Words that errors are made of."""

    words: tuple[str, ...]
    by_sound: dict[str, tuple[str, ...]]
    chinese: bool


def stock(texts: Iterable[str], language: str) -> Stock:
    """The words of `texts`, those that occur once left out where there are enough others."""
    chinese = language == "zh"
    counts = Counter(word for text in texts for word in _words(text, chinese=chinese))
    often = [word for word, count in counts.items() if count > 1]
    words = sorted(often if len(often) > 50 else counts) or ["the"]
    by_sound: dict[str, list[str]] = defaultdict(list)
    for word in words:
        by_sound[_sound(word, chinese=chinese)].append(word)
    return Stock(tuple(words), {key: tuple(alike) for key, alike in by_sound.items()}, chinese)


class Noise:
    """Corrupts texts; the same seed gives the same errors."""

    def __init__(self, words: Stock, error_rate: float, seed: int = 1) -> None:
        """`error_rate` is errors a word (Chinese: a character), 0 to 1."""
        self._stock = words
        self._rate = error_rate
        self._chance = random.Random(seed)

    def __call__(self, text: str) -> str:
        """The text with errors; never empty where it was not."""
        out: list[str] = []
        for word in _words(text, chinese=self._stock.chinese):
            out += self._heard(word) if self._chance.random() < self._rate else [word]
        return self._joined(out) or text

    def transcript(self, text: str, size: int) -> Transcript:
        """A recognizer's list of `size` readings, the first the surest, with confidences that
        fall with the number of errors."""
        readings = list(dict.fromkeys(self(text) for _ in range(3 * size)))[:size]
        language = "zh" if self._stock.chinese else "en"
        hypotheses = [
            Hypothesis(reading, self._confidence(rank)) for rank, reading in enumerate(readings)
        ]
        return Transcript(tuple(hypotheses), final=True, language=language)

    def _confidence(self, rank: int) -> float:
        return round(max(0.05, (1 - self._rate) * 0.9**rank), 3)

    def _heard(self, word: str) -> list[str]:
        kind = self._chance.random()
        if kind < _SUBSTITUTED:
            return [self._alike(word)]
        if kind < _SUBSTITUTED + _DELETED:
            return []
        return [word, self._chance.choice(self._stock.words)]

    def _alike(self, word: str) -> str:
        key = _sound(word, chinese=self._stock.chinese)
        others = [other for other in self._stock.by_sound.get(key, ()) if other != word]
        return self._chance.choice(others or self._stock.words)

    def _joined(self, words: list[str]) -> str:
        if not self._stock.chinese:
            return " ".join(words)
        text = ""
        for word in words:
            apart = text and not is_han(word) and not is_han(text[-1])
            text += f" {word}" if apart else word
        return text


def _sound(word: str, *, chinese: bool) -> str:
    return sound_of(word) if chinese else sound_key(word)


def _words(text: str, *, chinese: bool) -> list[str]:
    if not chinese:
        return text.split()
    return _HAN_TOKEN.findall(text)
