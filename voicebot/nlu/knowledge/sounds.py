"""How names sound, roughly: names that a recognizer takes for each other come out alike.

English: the consonants of `phonetics.py`, coarser, as they are compared by how many differ.
Chinese: syllables without tones, commonly merged sounds folded (see `han.py`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from voicebot.nlu.han import is_han, sounds_of
from voicebot.nlu.phonetics import skeleton

_ALIKE = str.maketrans({"b": "p", "d": "t", "g": "k", "j": "C", "S": "C"}) | str.maketrans(
    dict.fromkeys("aeiouy", "-")
)
"""Consonants that differ by voice alone are one here, and all vowels."""
NEAR = 0.2
"""Share of the sounds that may differ."""
_LEAST = 3
"""Sounds that a name must have to be recognized by them."""


@lru_cache(maxsize=8_192)
def key_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The sounds of some words, one after the other."""
    if any(map(is_han, words)):
        return sounds_of(words)
    key = "".join(skeleton(word).translate(_ALIKE) for word in words)
    return tuple(re.sub(r"(.)\1+", r"\1", key))


def alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two keys may be the same name, misheard."""
    return difference(one, other) <= NEAR


def difference(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Share of the sounds that differ; 1 where there are too few to tell, unless they are equal."""
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < _LEAST:
        return 0.0 if one == other and longest > 1 else 1.0
    return float(Levenshtein.distance(one, other)) / longest
