"""Recognition errors, simulated: what a text may come out as at a given word error rate.

Of the errors, two in three are substitutions, two in nine deletions, the rest insertions, and long
words err twice as often as short ones: as in the 4,361 recognized questions of the TREC-6 set of
Phoneme-BERT. English words turn into those of the words at hand that sound nearest, or one in three
into another form that was perhaps never taught; Chinese characters into characters of the same
blurred sound, or where there are none into any.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu.han import HAN, is_han, sound_of

_HAN_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_SUBSTITUTED, _DELETED = 0.68, 0.22
"""Shares of the errors; the rest are insertions."""
_STRANGE = 0.36
"""Share of the English substitutes that are another form or a beginning, not words of the stock."""
_ENDINGS = ("s", "ed", "ing", "er")
_SHORT, _LONG = 2, 9
"""From letters of a word that errs least to letters of one that errs most."""
_LEAST, _MOST = 0.75, 1.5
"""What the error rate is multiplied by for these, before it is evened out over a text."""
Pronounce = Callable[[str], Sequence[str]]
"""ARPAbet pronunciations of a word, the usual one first; none where none is known."""
_SPELLINGS = (("ph", "f"), ("ck", "k"), ("ght", "t"), ("igh", "i"), ("th", "t"), ("ee", "i"))
_NEAREST = 4
"""From so many of the words that sound nearest one is taken."""


def sounds_in(word: str, pronounce: Pronounce | None = None) -> tuple[str, ...]:
    """The phones of an English word without stress, or its letters where none are known."""
    known = pronounce(word) if pronounce is not None else ()
    if known:
        return tuple(phone.rstrip("012") for phone in known[0].split())
    for spelling, letter in _SPELLINGS:
        word = word.replace(spelling, letter)
    return tuple(word)


class Stock:
    """Words that errors are made of."""

    def __init__(self, words: Sequence[str], pronounce: Pronounce | None, *, chinese: bool) -> None:
        self.words = tuple(words)
        self.chinese = chinese
        self._pronounce = pronounce
        self._letters: dict[str, str] = {}
        self._sounds = [self._sound(word) for word in words]
        self._known: dict[str, tuple[str, ...]] = {}

    def alike(self, word: str) -> tuple[str, ...]:
        """Words of the stock that `word` may be taken for, at most a few. Chinese: only those of
        its own sound, so there may be none."""
        if word not in self._known:
            self._known[word] = self._alike(word)
        return self._known[word]

    def _alike(self, word: str) -> tuple[str, ...]:
        own = self._sound(word)
        if self.chinese:
            pairs = zip(self.words, self._sounds, strict=True)
            return tuple(other for other, sound in pairs if sound == own and other != word)
        near = process.extract(
            own, self._sounds, scorer=Levenshtein.normalized_similarity, limit=_NEAREST + 1
        )
        found = [self.words[place] for _, _, place in near]
        return tuple([other for other in found if other != word][:_NEAREST])

    def _sound(self, word: str) -> str:
        """English: a letter a phone, as strings are compared in a tenth of the time."""
        if self.chinese:
            return sound_of(word)
        found = sounds_in(word, self._pronounce)
        return "".join(self._letters.setdefault(p, chr(0x100 + len(self._letters))) for p in found)


def stock(texts: Iterable[str], language: str, pronounce: Pronounce | None = None) -> Stock:
    """The words of `texts`, those that occur once left out where there are enough others. English
    sounds by `pronounce`, or roughly by its letters."""
    chinese = language == "zh"
    counts = Counter(word for text in texts for word in _words(text, chinese=chinese))
    often = [word for word, count in counts.items() if count > 1]
    words = sorted(often if len(often) > 50 else counts) or ["the"]
    return Stock(words, pronounce, chinese=chinese)


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
        words = _words(text, chinese=self._stock.chinese)
        prone = [_proneness(word) for word in words]
        mean = sum(prone) / max(1, len(prone))
        for word, own in zip(words, prone, strict=True):
            errs = self._chance.random() < self._rate * own / mean
            out += self._heard(word) if errs else [word]
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
        if not self._stock.chinese and self._chance.random() < _STRANGE:
            kept = max(1, len(word) - self._chance.randint(0, len(word) // 3))
            return word[:kept] if kept < len(word) else word + self._chance.choice(_ENDINGS)
        return self._chance.choice(self._stock.alike(word) or self._stock.words)

    def _joined(self, words: list[str]) -> str:
        if not self._stock.chinese:
            return " ".join(words)
        text = ""
        for word in words:
            apart = text and not is_han(word) and not is_han(text[-1])
            text += f" {word}" if apart else word
        return text


def _proneness(word: str) -> float:
    """How easily a word is misheard, by its length."""
    part = (min(max(len(word), _SHORT), _LONG) - _SHORT) / (_LONG - _SHORT)
    return _LEAST + part * (_MOST - _LEAST)


def _words(text: str, *, chinese: bool) -> list[str]:
    if not chinese:
        return text.split()
    return _HAN_TOKEN.findall(text)
