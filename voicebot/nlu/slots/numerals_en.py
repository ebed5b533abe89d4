"""English number words: cardinals, ordinals, decimals.

Strict, so that "five six" is no number: units follow tens, a hundred follows a unit, scales fall.
"""

from __future__ import annotations

import re
from decimal import Decimal

from voicebot.nlu.slots.reading import Lexicon, Words, word_at
from voicebot.nlu.text import words_of

UNITS = {
    word: value
    for value, word in enumerate(words_of("zero one two three four five six seven eight nine"))
}
TEENS = {
    word: value
    for value, word in enumerate(
        words_of("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
        start=10,
    )
}
TENS = {
    word: value
    for value, word in zip(
        range(20, 100, 10),
        words_of("twenty thirty forty fifty sixty seventy eighty ninety"),
        strict=True,
    )
} | {"fourty": 40}
SCALES = {
    "thousand": 1_000,
    "grand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}
_ORDINAL_UNITS = {
    word: value
    for value, word in enumerate(
        words_of("""
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh
    twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth
    nineteenth"""),
        start=1,
    )
}
_ORDINAL_TENS = {"twentieth": 20, "thirtieth": 30}
_PARTS = Lexicon(
    {"a half": "0.5", "a quarter": "0.25", "three quarters": "0.75", "one quarter": "0.25"}
)
"""Behind a whole number and "and"."""
_KNOWN = Lexicon(
    {
        "half": "0.5",
        "a half": "0.5",
        "one half": "0.5",
        "three quarters": "0.75",
        "a dozen": "12",
        "half a dozen": "6",
        "half dozen": "6",
        "a couple": "2",
        "a couple of": "2",
        "half a hundred": "50",
        "half a thousand": "500",
        "half a million": "500000",
        "half a billion": "500000000",
    }
)
_INTEGER = re.compile(r"\d{1,15}|\d{1,3}(?:,\d{3})+")
_DECIMAL = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3})+)\.(\d{1,9})")

Number = tuple[int, int]
"""A value and the token after it."""


def below_hundred(words: Words, at: int) -> Number | None:
    """0 to 99 in words."""
    word = word_at(words, at)
    if word in TENS:
        unit = UNITS.get(word_at(words, at + 1), 0)
        return (TENS[word] + unit, at + 2) if unit else (TENS[word], at + 1)
    if word in TEENS:
        return TEENS[word], at + 1
    if word in UNITS:
        return UNITS[word], at + 1
    return None


def integer(words: Words, at: int) -> Number | None:
    """A digit token without a fraction: `12`, `1,200`."""
    word = word_at(words, at)
    return (int(word.replace(",", "")), at + 1) if _INTEGER.fullmatch(word) else None


def _below_thousand(words: Words, at: int) -> Number | None:
    head = below_hundred(words, at) or integer(words, at)
    if head is None and word_at(words, at) == "a" and word_at(words, at + 1) == "hundred":
        head = (1, at + 1)
    if head is None or word_at(words, head[1]) != "hundred" or not 0 < head[0] < 100:
        return head
    value, end = head[0] * 100, head[1] + 1
    rest_at = end + (word_at(words, end) == "and")
    rest = below_hundred(words, rest_at)
    return (value + rest[0], rest[1]) if rest and rest[0] else (value, end)


def cardinal(words: Words, at: int) -> Number | None:
    """A whole number, in words or digits: "a hundred and five", "two thousand", "3 million"."""
    total, end, scale = 0, at, 10**15
    while True:
        start = end + (end > at and word_at(words, end) == "and")
        part = _below_thousand(words, start)
        if part is None and word_at(words, start) == "a" and word_at(words, start + 1) in SCALES:
            part = (1, start + 1)
        if part is None or (end > at and (part[0] == 0 or part[0] >= scale)):
            break
        next_scale = SCALES.get(word_at(words, part[1]), 1)
        if next_scale >= scale or (start > end and part[0] >= 100 and next_scale == 1):
            break
        total, end, scale = total + part[0] * next_scale, part[1] + (next_scale > 1), next_scale
        if next_scale == 1:
            break
    return (total, end) if end > at else None


def ordinal(words: Words, at: int) -> Number | None:
    """1 to 39 as an ordinal: "twenty third", "23rd"."""
    word = word_at(words, at)
    if word in _ORDINAL_UNITS:
        return _ORDINAL_UNITS[word], at + 1
    if word in _ORDINAL_TENS:
        return _ORDINAL_TENS[word], at + 1
    if word in ("twenty", "thirty") and 0 < _ORDINAL_UNITS.get(word_at(words, at + 1), 0) < 10:
        return TENS[word] + _ORDINAL_UNITS[words[at + 1]], at + 2
    if word.isdecimal() and len(word) <= 2 and word_at(words, at + 1) in ("st", "nd", "rd", "th"):
        return int(word), at + 2
    return None


def _fraction(words: Words, at: int) -> tuple[str, int]:
    """Digits said one by one after "point"."""
    digits = ""
    while True:
        word = word_at(words, at)
        if word in ("oh", "o"):
            word = "zero"
        if word in UNITS:
            digits += str(UNITS[word])
        elif word.isdecimal() and len(word) <= 9:
            digits += word
        else:
            return digits, at
        at += 1


def decimal(words: Words, at: int) -> tuple[Decimal, int] | None:
    """A number with or without a fraction, no sign: "three point five", "two and a half"."""
    if found := _DECIMAL.fullmatch(word_at(words, at)):
        value, end = Decimal(found[0].replace(",", "")), at + 1
        scale = SCALES.get(word_at(words, end))
        return (value * scale, end + 1) if scale else (value, end)
    whole = cardinal(words, at)
    if whole is None:
        return _half(words, at)
    value, end = Decimal(whole[0]), whole[1]
    if word_at(words, end) in ("point", "dot"):
        digits, after = _fraction(words, end + 1)
        if digits:
            scale = SCALES.get(word_at(words, after))
            value = Decimal(f"{whole[0]}.{digits}")
            return (value * scale, after + 1) if scale else (value, after)
    if word_at(words, end) in ("dozen", "dozens"):
        return value * 12, end + 1
    if word_at(words, end) == "and" and (part := _PARTS.at(words, end + 1)):
        value, end = value + Decimal(part[0]), part[1]
        scale = SCALES.get(word_at(words, end))
        return (value * scale, end + 1) if scale else (value, end)
    return value, end


def _half(words: Words, at: int) -> tuple[Decimal, int] | None:
    if word_at(words, at) in ("point", "dot"):
        digits, end = _fraction(words, at + 1)
        return (Decimal(f"0.{digits}"), end) if digits else None
    if known := _KNOWN.at(words, at):
        return Decimal(known[0]), known[1]
    return None
