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
_SCALES = ("hundred", "thousand")
_HESITATION = {"um", "uh", "er", "erm", "hmm", "then", "dash", "嗯", "呃", "额", "啊"}
_TYPED = re.compile(r"\d[\d.,:/-]*")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """Readings from `spec.min_length` to `spec.max_length` digits, the longest first."""
    found: list[Reading] = []
    digits, end, quality = "", at, 1.0
    while len(digits) <= spec.max_length:
        start = end
        while digits and word_at(words, start) in _HESITATION:
            start += 1
        part = _part(words, start, inside=bool(digits))
        if part is None:
            break
        more, end, sure = part
        digits, quality = digits + more, quality if sure else quality * 0.9
        if spec.min_length <= len(digits) <= spec.max_length:
            found.append(Reading(end, digits, quality))
    if len(digits) > spec.max_length:
        found = [Reading(r.end, r.value, r.quality * 0.5) for r in found]
    return found[::-1]


def goes_on(words: Words, at: int) -> bool:
    """Whether a string of digits has begun before `at`."""
    before = word_at(words, at - 1)
    return bool(_one(before)) or before in _REPEATS or before.isdecimal()


def _part(words: Words, at: int, *, inside: bool) -> tuple[str, int, bool] | None:
    """The next digits, the token after them, and whether the word is surely a digit."""
    word = word_at(words, at)
    if _TYPED.fullmatch(word):
        return re.sub(r"\D", "", word), at + 1, True
    if word in _REPEATS:
        digit = _one(word_at(words, at + 1))
        return (digit * _REPEATS[word], at + 2, True) if digit else None
    if repeated := _repeated_zh(words, at):
        return repeated
    if number := _number(words, at):
        return str(number[0]), number[1], True
    if digit := _one(word):
        return digit, at + 1, True
    if inside and word in _MISHEARD and _one(word_at(words, at + 1)):
        return _MISHEARD[word], at + 1, False
    return None


def _one(word: str) -> str:
    if len(word) == 1 and word.isascii() and word.isdigit():
        return word
    return _EN.get(word) or _ZH.get(word, "")


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


def _repeated_zh(words: Words, at: int) -> tuple[str, int, bool] | None:
    """三个零 is 000."""
    count = numerals_zh.DIGITS.get(word_at(words, at), 0)
    digit = _ZH.get(word_at(words, at + 2), "")
    if word_at(words, at + 1) == "个" and digit and 2 <= count <= 9:
        return digit * count, at + 3, True
    return None
