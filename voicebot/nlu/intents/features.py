"""What a text shows of itself: n-grams of words and characters, or of characters and sounds.

text ─▶ lower case, no punctuation ─┬─ English: words 1-2, pairs a few words apart
                                    │           · characters within words 2-5
                                    │           · stems that say something, and pairs of them
                                    └─ Chinese: characters 1-3 · blurred pinyin 1-3
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from voicebot.nlu.han import HAN, SIMPLIFIED, sounds_of
from voicebot.nlu.stems import stem

MAX_CHARACTERS = 600
"""Longer texts are cut here: a minute of speech, which bounds the time of an interpretation."""
_DROPPED = re.compile(r"[^\w'%$£€¥]+|_+")
_LOOSE = re.compile(r"(?<!\w)'+|'+(?!\w)")
_HAN_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_APART = 3
_TOGETHER = 5
"""How many stems apart two of a pair may be: it bounds the time of long texts."""
_LITTLE = """
i me my mine we our you your it its this that a an the of to in on at with for and or so if is am
are was be been do did does have has had can could will would just please hi hello
"""
_SAY_LITTLE = frozenset(_LITTLE.split())
"""Left out of pairs. What asks, denies or wishes is kept."""
Grams = Counter[str]


def normalized(text: str) -> str:
    """As a recognizer writes: lower case, half width, no punctuation but within words."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].lower()
    text = text.replace("’", "'").replace("‘", "'")
    text = _DROPPED.sub(" ", text)
    return " ".join(_LOOSE.sub(" ", text).split())


def views(text: str, language: str) -> tuple[Grams, ...]:
    """The views of a normalized text."""
    return _chinese(text) if language == "zh" else _english(text)


def _english(text: str) -> tuple[Grams, ...]:
    words = text.split()
    return _runs(words, 2) + _apart(words), _within_words(words), _pairs(words)


def _chinese(text: str) -> tuple[Grams, ...]:
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


def _pairs(words: Sequence[str]) -> Grams:
    """Stems of what says something, alone and two together in whatever order."""
    stems = [stem(word) for word in words if word not in _SAY_LITTLE]
    found = Counter(stems)
    for first, one in enumerate(stems):
        for other in stems[first + 1 : first + 1 + _TOGETHER]:
            found[f"{one} {other}" if one < other else f"{other} {one}"] += 1
    return found


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
