"""How names sound, roughly: names that a recognizer takes for each other come out alike.

English: consonants in classes, as spelled, vowels only at the beginning (in the manner of Philips
1990, Metaphone). Chinese: syllables without tones, commonly merged sounds folded (see `han.py`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from voicebot.nlu.han import is_han, sounds_of

_SPELLINGS = (
    (r"^(kn|gn|pn)", "n"),
    (r"^wr", "r"),
    (r"^x", "s"),
    (r"mb$", "m"),
    (r"ough", "f"),
    (r"igh", "i"),
    (r"tch", "C"),
    (r"sch", "sk"),
    (r"[cs]h|ti(?=o)|ci(?=a)|si(?=o)|ch", "C"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"dg(?=[eiy])|g(?=[eiy])|j", "C"),
    (r"ck|q|c(?![eiy])|g|k", "K"),
    (r"c|z|s", "S"),
    (r"x", "KS"),
    (r"[bp]", "P"),
    (r"[dt]", "T"),
    (r"[fv]", "F"),
    (r"wh|w", "W"),
    (r"h", ""),
    (r"[aeiouy]+", "-"),
)
NEAR = 0.2
"""Share of the sounds that may differ."""
_LEAST = 3
"""Sounds that a name must have to be recognized by them."""


@lru_cache(maxsize=8_192)
def key_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The sounds of some words, one after the other."""
    if any(map(is_han, words)):
        return sounds_of(words)
    key = "".join(map(_key, words))
    return tuple(re.sub(r"(.)\1+", r"\1", key))


@lru_cache(maxsize=16_384)
def _key(word: str) -> str:
    for spelling, sound in _SPELLINGS:
        word = re.sub(spelling, sound, word)
    return word[:1] + word[1:].replace("-", "")


def alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two keys may be the same name, misheard."""
    return difference(one, other) <= NEAR


def difference(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Share of the sounds that differ; 1 where there are too few to tell, unless they are equal."""
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < _LEAST:
        return 0.0 if one == other and longest > 1 else 1.0
    return float(Levenshtein.distance(one, other)) / longest
