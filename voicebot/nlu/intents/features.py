"""What a text shows of itself: n-grams of words and characters, or of characters and sounds.

text ─▶ lower case, no punctuation ─┬─ English: words 1-2, pairs a few words apart
                                    │           · characters within words 2-5
                                    └─ Chinese: characters 1-3 · blurred pinyin 1-3
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from voicebot.nlu.han import HAN, SIMPLIFIED, sounds_of

MAX_CHARACTERS = 600
"""Longer texts are cut here: a minute of speech, which bounds the time of an interpretation."""
_DROPPED = re.compile(r"[^\w'%$£€¥]+|_+")
_LOOSE = re.compile(r"(?<!\w)'+|'+(?!\w)")
_HAN_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_APART = 3
Grams = Counter[str]


def normalized(text: str) -> str:
    """As a recognizer writes: lower case, half width, no punctuation but within words."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].lower()
    text = text.replace("’", "'").replace("‘", "'")
    text = _DROPPED.sub(" ", text)
    return " ".join(_LOOSE.sub(" ", text).split())


def views(text: str, language: str) -> tuple[Grams, Grams]:
    """Both views of a normalized text."""
    return _chinese(text) if language == "zh" else _english(text)


def _english(text: str) -> tuple[Grams, Grams]:
    words = text.split()
    return _runs(words, 2) + _apart(words), _within_words(words)


def _chinese(text: str) -> tuple[Grams, Grams]:
    tokens = [SIMPLIFIED.get(token, token) for token in _HAN_TOKEN.findall(text)]
    return _runs(tokens, 3), _runs(sounds_of(tuple(tokens)), 3)


def _runs(items: Sequence[str], longest: int) -> Grams:
    return Counter(
        " ".join(items[at : at + n])
        for n in range(1, longest + 1)
        for at in range(len(items) - n + 1)
    )


def _apart(words: Sequence[str]) -> Grams:
    """Pairs with one to three words between them: "card _ work" of "my card does not work"."""
    return Counter(
        f"{words[first]} _ {words[second]}"
        for first in range(len(words))
        for second in range(first + 2, min(first + 2 + _APART, len(words)))
    )


def _within_words(words: Sequence[str]) -> Grams:
    found: Grams = Counter()
    for word in words:
        found.update(_of_word(word))
    return found


@lru_cache(maxsize=16_384)
def _of_word(word: str) -> tuple[str, ...]:
    """Runs of 2 to 5 characters of a word with a space on both sides; a short word whole."""
    padded = f" {word} "
    size = len(padded)
    longest = min(5, size)
    return tuple(padded[at : at + n] for n in range(2, longest + 1) for at in range(size - n + 1))
