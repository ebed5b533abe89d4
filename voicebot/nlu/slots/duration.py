"""Durations in whole seconds: "an hour and a half", "ninety seconds", 一个半小时, 三天."""

from __future__ import annotations

from decimal import Decimal

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import numerals_en, numerals_zh
from voicebot.nlu.slots.reading import Lexicon, Reading, Scene, Words, word_at

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS = Lexicon(
    {
        wording: seconds
        for seconds, wordings in {
            1: "second|seconds|sec|secs|秒|秒钟",
            _MINUTE: "minute|minutes|min|mins|分钟|分",
            _HOUR: "hour|hours|hr|hrs|个小时|小时|个钟头|钟头|个钟",
            _DAY: "day|days|night|nights|天|日|晚|个晚上|晚上|夜|个夜晚",
            7 * _DAY: "week|weeks|周|个星期|星期|个礼拜|礼拜",
            14 * _DAY: "fortnight|fortnights",
            30 * _DAY: "month|months|个月",
            365 * _DAY: "year|years|年",
        }.items()
        for wording in wordings.split("|")
    }
)
_NIGHTS = frozenset(("night", "nights", "夜", "晚"))
_HALF_UNITS = Lexicon(
    {
        "half an hour": 30 * _MINUTE,
        "half hour": 30 * _MINUTE,
        "a half hour": 30 * _MINUTE,
        "quarter of an hour": 15 * _MINUTE,
        "a quarter of an hour": 15 * _MINUTE,
        "three quarters of an hour": 45 * _MINUTE,
        "half a minute": 30,
        "half a day": 12 * _HOUR,
        "half a year": 182 * _DAY,
        "半小时": 30 * _MINUTE,
        "半个小时": 30 * _MINUTE,
        "半个钟头": 30 * _MINUTE,
        "半天": 12 * _HOUR,
        "半分钟": 30,
        "半个月": 15 * _DAY,
        "半年": 182 * _DAY,
        "一刻钟": 15 * _MINUTE,
        "三刻钟": 45 * _MINUTE,
    }
)


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest duration at `at`."""
    found = find(words, at)
    return [Reading(found[1], str(found[0]))] if found else []


def find(words: Words, at: int) -> tuple[int, int] | None:
    """Seconds, and the token after them; parts add up as long as the units fall."""
    total, end, last_unit = 0, at, 10**12
    while True:
        if total and last_unit == _HOUR and (minutes := _bare_minutes(words, end)):
            return total + minutes[0] * _MINUTE, minutes[1]
        start = end + (end > at and word_at(words, end) in ("and", "零", "又"))
        part = _part(words, start)
        if part is None or part[2] >= last_unit:
            break
        total, end, last_unit = total + part[0], part[1], part[2]
        if last_unit == _DAY:
            end = _past_nights(words, end)
    return (total, end) if end > at else None


def _past_nights(words: Words, at: int) -> int:
    """Past the nights that are counted with the days: "three days and two nights", 三天三夜."""
    start = at + (word_at(words, at) in ("and", "零", "又"))
    part = _part(words, start)
    is_nights = part is not None and word_at(words, part[1] - 1) in _NIGHTS
    return part[1] if part is not None and is_nights else at


def _bare_minutes(words: Words, at: int) -> tuple[int, int] | None:
    """ "two hours thirty"."""
    minutes = numerals_en.below_hundred(words, at)
    if minutes is None or not 10 <= minutes[0] < 60 or _UNITS.at(words, minutes[1]):
        return None
    return minutes


def _part(words: Words, at: int) -> tuple[int, int, int] | None:
    """Seconds, the token after them, and the unit in seconds."""
    if half := _HALF_UNITS.at(words, at):
        return half[0], half[1], half[0]
    number = _number(words, at)
    if number is None:
        return None
    value, end = number
    if word_at(words, end) == "个" and word_at(words, end + 1) == "半":
        value, end = value + Decimal("0.5"), end + 2
    unit = _UNITS.at(words, end)
    if unit is None:
        return None
    value, end = _with_half(words, unit[1], value)
    return int(value * unit[0]), end, unit[0]


def _with_half(words: Words, end: int, value: Decimal) -> tuple[Decimal, int]:
    """The half that follows its unit: "an hour and a half", 两天半."""
    if tuple(words[end : end + 3]) == ("and", "a", "half"):
        return value + Decimal("0.5"), end + 3
    if word_at(words, end) == "半":
        return value + Decimal("0.5"), end + 1
    return value, end


def _number(words: Words, at: int) -> tuple[Decimal, int] | None:
    word = word_at(words, at)
    if word in ("a", "an") and word_at(words, at + 1) not in ("half", "couple", "dozen", "hundred"):
        return Decimal(1), at + 1
    if numerals_zh.is_vague(words, at):
        return None
    return numerals_en.decimal(words, at) or numerals_zh.decimal(words, at)
