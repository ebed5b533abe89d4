"""How English names sound, coarsely: "Geoffrey Wright" and "jeffery rite" have the same keys.

Consonants in classes that spelling and telephone lines confuse, vowels left out but for the class
of the first: A for a, I for e, i, y, O for o, u. In the manner of Metaphone (L. Philips, 1990),
with rules of our own.
"""

from __future__ import annotations

import re
from functools import lru_cache

_IRREGULAR = {
    "sean": "shawn",
    "shaun": "shawn",
    "sinead": "shinade",
    "siobhan": "shivawn",
    "jose": "hozay",
    "jorge": "horhay",
    "juan": "hwan",
    "nguyen": "wen",
    "hugh": "hue",
    "hughes": "hues",
    "michelle": "mishel",
    "charlotte": "sharlot",
    "cheryl": "sheryl",
    "chloe": "kloe",
    "michael": "mikel",
    "michaela": "mikayla",
    "zoe": "zoey",
    "leigh": "lee",
    "xiao": "shao",
    "stephan": "steffan",
    "graham": "gram",
    "vaughn": "vawn",
    "aidan": "eiden",
    "joaquin": "wakeen",
    "ian": "eean",
    "isaac": "eyezik",
}
"""Names that are said otherwise than they are written."""
_RULES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(kn|gn|pn)", "n"),
        (r"^ps", "s"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^x", "s"),
        (r"mb$", "m"),
        (r"sch", "S"),
        (r"ch(?=ol|or|r|l)", "k"),
        (r"dt", "t"),
        (r"tch|ch(?=[aeiouy]|$)", "C"),
        (r"ch", "k"),
        (r"sh|ti(?=[ao])|ci(?=[ao])", "S"),
        (r"th", "t"),
        (r"ph|v|w(?=ski)", "f"),
        (r"(?<=[aeiou])gh(?=t|$|n|[^aeiou])", ""),
        (r"gh", "g"),
        (r"dg(?=[eiy])|g(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"h(?![aeiouy])|(?<=.)h", ""),
        (r"(?<=.)w(?![aeiouy])", ""),
        (r"(.)\1+", r"\1"),
    )
)
_CLASSES = str.maketrans("aeiouy", "AIIOOI")
_SHORTEST = 2
"""Consonants of a key that tells anything; words with fewer are compared as they are written."""


@lru_cache(maxsize=16_384)
def key(word: str) -> str:
    """The key of a word; the word itself where it is too short, or not English letters."""
    letters = re.sub(r"[^a-z]", "", word)
    if not letters or not word.isascii():
        return word
    said = _said(letters)
    bones = _bones(said)
    if len(bones) < _SHORTEST:
        return word
    first = re.search(r"[aeiouy]", said)
    vowel = first.group() if first and said[0] != first.group() else ""
    return (bones + vowel).translate(_CLASSES)


def skeleton(word: str) -> str:
    """The consonants of a word of a to z as they sound; a vowel only where it begins with one."""
    return _bones(_said(word))


def _said(letters: str) -> str:
    said = _IRREGULAR.get(letters, letters)
    for pattern, by in _RULES:
        said = pattern.sub(by, said)
    return said


def _bones(said: str) -> str:
    bones = re.sub(r"(?<=.)[aeiouy]", "", said.replace("y", "i") if said[1:] else said)
    return re.sub(r"(.)\1+", r"\1", bones)


def keys_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The key of each word."""
    return tuple(map(key, words))
