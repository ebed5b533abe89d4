"""Chinese number words: whole numbers, decimals, the colloquial last digit (三万五 is 35000)."""

from __future__ import annotations

import re
from decimal import Decimal

from voicebot.nlu.slots.reading import Words, word_at

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_ARABIC = re.compile(r"(?:\d{1,15}|\d{1,3}(?:,\d{3})+)(?:\.\d{1,9})?")


def is_vague(words: Words, at: int) -> bool:
    """两三, 七八, 二十来, 十几: about so many, which is no number; so is what follows its first
    digit."""
    found = cardinal(words, at)
    if found and word_at(words, found[1]) in ("来", "几", "多", "余"):
        return True
    return word_at(words, at - 1) == "几" or any(
        DIGITS.get(word_at(words, first), 0) and DIGITS.get(word_at(words, first + 1), 0)
        for first in (at - 1, at)
    )


def _section(words: Words, at: int) -> tuple[int, int, int] | None:
    """Below ten thousand: value, token after it, and the unit that a last bare digit counts."""
    total, end, unit, zero = 0, at, 10_000, False
    while True:
        word = word_at(words, end)
        if word in UNITS and end == at and UNITS[word] == 10:
            total, end, unit = 10, end + 1, 10
            continue
        if word not in DIGITS:
            break
        digit, following = DIGITS[word], word_at(words, end + 1)
        if following in UNITS and UNITS[following] < unit and digit:
            unit = UNITS[following]
            total, end, zero = total + digit * unit, end + 2, False
        elif digit == 0 and not zero and total and following in DIGITS:
            end, zero = end + 1, True
        elif total and unit > 1 and digit:
            return _last_digit(total, digit, end + 1, unit, zero=zero)
        elif total == 0 and end == at:
            return digit, end + 1, 1
        else:
            break
    if zero:
        end -= 1
    return (total, end, unit) if end > at else None


def _last_digit(total: int, digit: int, end: int, unit: int, *, zero: bool) -> tuple[int, int, int]:
    """A bare digit at the end: 一百零二 is 102, 一百二 is 120, 十二 is 12."""
    if zero or unit == 10:
        return total + digit, end, 1
    return total + digit * unit // 10, end, 1


def cardinal(words: Words, at: int) -> tuple[int, int] | None:
    """A whole number in characters: 十五, 两百零五, 三万五, 一亿两千万."""
    total, end, myriad = 0, at, 10**12
    while True:
        start = end + (end > at and word_at(words, end) == "零")
        part = _section(words, start)
        if part is None:
            break
        value, after, _ = part
        scale = _MYRIADS.get(word_at(words, after), 1)
        if scale >= myriad:
            break
        if end > at and scale == 1 and start == end and value < 10 and after == start + 1:
            return total + value * myriad // 10, after
        total, end, myriad = total + value * scale, after + (scale > 1), scale
        if scale == 1:
            break
    return (total, end) if end > at else None


def decimal(words: Words, at: int) -> tuple[Decimal, int] | None:
    """A number with or without a fraction, no sign: 一点五, 半, 3万5, 1.5万."""
    if word_at(words, at) == "半":
        return (Decimal(6), at + 2) if word_at(words, at + 1) == "打" else (Decimal("0.5"), at + 1)
    if _ARABIC.fullmatch(word_at(words, at)):
        return _arabic(words, at)
    whole = cardinal(words, at)
    if whole is None:
        return None
    value, end = Decimal(whole[0]), whole[1]
    if word_at(words, end) == "打":
        return value * 12, end + 1
    if word_at(words, end) != "点":
        return value, end
    digits, after = "", end + 1
    while word_at(words, after) in DIGITS:
        digits, after = digits + str(DIGITS[words[after]]), after + 1
    if not digits:
        return value, end
    scale = _MYRIADS.get(word_at(words, after))
    value = Decimal(f"{whole[0]}.{digits}")
    return (value * scale, after + 1) if scale else (value, after)


def _arabic(words: Words, at: int) -> tuple[Decimal, int]:
    value, end = Decimal(words[at].replace(",", "")), at + 1
    unit = word_at(words, end)
    scale = _MYRIADS.get(unit) or UNITS.get(unit)
    if scale is None:
        return value, end
    value, end = value * scale, end + 1
    rest = word_at(words, end)
    if rest.isdecimal() and len(rest) == 1:
        return value + int(rest) * scale // 10, end + 1
    return value, end
