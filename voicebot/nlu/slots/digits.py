"""Digit strings: account numbers, codes, telephone numbers.

English: "one oh four double five nine", "triple seven", "forty two seventeen", "1 0 4". Chinese:
幺三八零零, 一三八, 三个零. Every length from the slot's least to its most is a reading, as
another slot or word of the pattern may follow.
"""

from __future__ import annotations

import re

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import numerals_en, numerals_zh
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at

_EN = {word: str(value) for word, value in numerals_en.UNITS.items()} | {
    "oh": "0",
    "o": "0",
    "nought": "0",
    "naught": "0",
    "nil": "0",
}
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_MISHEARD = {"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8"}
"""Taken for digits only in the midst of others."""
_ZH = {word: str(value) for word, value in numerals_zh.DIGITS.items()} | {
    "幺": "1",
    "洞": "0",
    "拐": "7",
    "勾": "9",
}
_SINGLE = {str(value): str(value) for value in range(10)} | _EN | _ZH
_SCALES = ("hundred", "thousand")
_CHANGING = {*_SCALES, *numerals_zh.UNITS, "万", "亿", "个"}
"""After a digit they make another number of it."""
_HESITATION = {"um", "uh", "er", "erm", "hmm", "then", "dash", "嗯", "呃", "额", "啊"}
_TYPED = re.compile(r"\d[\d.,:/-]*")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """Readings from `spec.min_length` to `spec.max_length` digits, the longest first; from the
    middle of a string that is too long the longest only."""
    ends: list[tuple[int, int, float]] = []
    digits, end, quality = "", at, 1.0
    while len(digits) <= spec.max_length:
        if plain := _plain(words, end):
            digits, end = digits + plain, end + 1
        elif part := _part(words, _past_hesitation(words, end, digits), inside=bool(digits)):
            digits, end = digits + part[0], part[1]
            quality *= 1.0 if part[2] else 0.9
        else:
            break
        if spec.min_length <= len(digits) <= spec.max_length:
            ends.append((end, len(digits), quality))
    too_long = len(digits) > spec.max_length
    kept = ends[-1:] if too_long and goes_on(words, at) else ends[::-1]
    factor = 0.5 if too_long else 1.0
    return [Reading(last, digits[:length], sure * factor) for last, length, sure in kept]


def _past_hesitation(words: Words, at: int, digits: str) -> int:
    while digits and word_at(words, at) in _HESITATION:
        at += 1
    return at


def goes_on(words: Words, at: int) -> bool:
    """Whether a string of digits has begun before `at`."""
    before = word_at(words, at - 1)
    return before in _SINGLE or before in _REPEATS or before.isdecimal()


def _part(words: Words, at: int, *, inside: bool) -> tuple[str, int, bool] | None:
    """The next digits, the token after them, and whether the word is surely a digit."""
    word = word_at(words, at)
    digit = _one(word)
    if _TYPED.fullmatch(word):
        return re.sub(r"\D", "", word), at + 1, True
    if word in _REPEATS:
        digit = _one(word_at(words, at + 1))
        return (digit * _REPEATS[word], at + 2, True) if digit else None
    if repeated := _repeated_zh(words, at, fewest=1 if inside else 2):
        return repeated
    if number := _number(words, at):
        return str(number[0]), number[1], True
    if digit:
        return digit, at + 1, True
    if inside and word in _MISHEARD and _one(word_at(words, at + 1)):
        return _MISHEARD[word], at + 1, False
    return None


def _one(word: str) -> str:
    return _SINGLE.get(word, "")


def _plain(words: Words, at: int) -> str:
    """A digit that what follows cannot change: most of them."""
    digit = _SINGLE.get(words[at], "") if at < len(words) else ""
    return digit if digit and word_at(words, at + 1) not in _CHANGING else ""


def _number(words: Words, at: int) -> tuple[int, int] | None:
    """Numbers said as such inside a string: "forty two", "five hundred", 一百二十."""
    word = word_at(words, at)
    if word in numerals_en.TENS or word in numerals_en.TEENS:
        return numerals_en.cardinal(words, at)
    if _is_round(words, at):
        return _round(words, at)
    chinese = numerals_zh.cardinal(words, at)
    return chinese if chinese and chinese[1] > at + 1 else None


def _round(words: Words, at: int) -> tuple[int, int] | None:
    """ "one hundred five" is 105, "eight hundred five five" 80055, "one hundred two hundred"
    100200."""
    number = numerals_en.cardinal(words, at)
    if number is None or words[number[1] - 2] not in _SCALES:
        return number
    value, end = number
    following = word_at(words, end)
    if _one(words[end - 1]) and (_one(following) or following in _SCALES):
        return value - numerals_en.UNITS.get(words[end - 1], 0), end - 1
    return number


def _is_round(words: Words, at: int) -> bool:
    return word_at(words, at) in numerals_en.UNITS and word_at(words, at + 1) in _SCALES


def _repeated_zh(words: Words, at: int, *, fewest: int) -> tuple[str, int, bool] | None:
    """三个零 is 000."""
    count = numerals_zh.DIGITS.get(word_at(words, at), 0)
    digit = _ZH.get(word_at(words, at + 2), "")
    if word_at(words, at + 1) == "个" and digit and fewest <= count <= 9:
        return digit * count, at + 3, True
    return None
