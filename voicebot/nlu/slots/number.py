"""Decimal numbers: "a hundred and five", "minus three point five", 两百零五, 三万五."""

from __future__ import annotations

from decimal import Decimal

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import numerals_en, numerals_zh
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at

_MINUS = {"minus", "negative", "负"}
_AFTER_ONE = frozenset("共下起定样点些直般切旦边")
"""Characters that make another word of 一 before them."""
_PERCENT = ("百", "分", "之")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest number at `at`."""
    start = at + (word_at(words, at) in _MINUS)
    if tuple(words[start : start + 3]) == _PERCENT:
        start += 3
    number = amount(words, start)
    if number is None or _is_no_number(words, start, number[1]):
        return []
    value, end = _with_half(words, *number)
    if words[at] in _MINUS:
        value = -value
    weak = end == at + 1 and words[at] in ("half", "半")
    return [Reading(end, plain(value), 0.8 if weak else 1.0)]


def _with_half(words: Words, value: Decimal, end: int) -> tuple[Decimal, int]:
    """两个半."""
    has_half = tuple(words[end : end + 2]) == ("个", "半")
    return (value + Decimal("0.5"), end + 2) if has_half else (value, end)


def _is_no_number(words: Words, at: int, end: int) -> bool:
    """一共, 第一, 两三个, 三分之一, "half of it"."""
    if words[at] == "half" and word_at(words, end) == "of":
        return True
    if numerals_zh.is_vague(words, at) or word_at(words, at - 1) == "第":
        return True
    if end == at + 1 and words[at] == "一" and word_at(words, end) in _AFTER_ONE:
        return True
    fraction = word_at(words, at - 2) != "百" and tuple(words[at - 2 : at]) == ("分", "之")
    fraction = fraction and tuple(words[max(0, at - 3) : at]) != _PERCENT
    return fraction or tuple(words[end : end + 2]) == ("分", "之")


def amount(words: Words, at: int) -> tuple[Decimal, int] | None:
    """An unsigned number in either language; "two fifty" is 250."""
    if pair := _pair(words, at):
        return Decimal(pair[0]), pair[1]
    english = numerals_en.decimal(words, at)
    chinese = numerals_zh.decimal(words, at)
    if english is None or chinese is None:
        return english or chinese
    return max(english, chinese, key=lambda number: number[1])


def _pair(words: Words, at: int) -> tuple[int, int] | None:
    """Hundreds said without the word: "one oh five", "nineteen eighty four"."""
    head = numerals_en.below_hundred(words, at)
    if head is None or head[0] == 0:
        return None
    value, end = head
    if word_at(words, end) in ("oh", "o") and word_at(words, end + 1) in numerals_en.UNITS:
        return value * 100 + numerals_en.UNITS[words[end + 1]], end + 2
    if word_at(words, end) in numerals_en.TENS or word_at(words, end) in numerals_en.TEENS:
        tail = numerals_en.below_hundred(words, end)
        if tail is not None and word_at(words, tail[1]) not in ("hundred", "thousand"):
            return value * 100 + tail[0], tail[1]
    return None


def plain(value: Decimal) -> str:
    """Canonical text: no exponent, no zeros behind the fraction, no minus zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
