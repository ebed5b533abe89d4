"""Chinese times: 下午三点半, 三点一刻, 差五分八点, 中午."""

from __future__ import annotations

from voicebot.nlu.slots import numerals_zh as numerals
from voicebot.nlu.slots.clock import Clock, Part
from voicebot.nlu.slots.reading import Lexicon, Words, lexicon, word_at

PARTS = Lexicon(
    {
        wording: part
        for part, wordings in {
            Part.MORNING: "早上|上午|早晨|清晨|清早|一早|一大早|凌晨|早|今早|明早",
            Part.NOON: "中午|正午",
            Part.AFTERNOON: "下午|午后",
            Part.EVENING: "晚上|傍晚|晚|今晚|明晚|夜里|夜晚|当晚",
            Part.NIGHT: "半夜|深夜|午夜",
        }.items()
        for wording in wordings.split("|")
    }
)
_NAMED = Lexicon({"中午": Clock(12, 0), "正午": Clock(12, 0), "午夜": Clock(0, 0)})
_QUARTERS = Lexicon({"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0, "一刻钟": 15})
_SHORT = lexicon("差|还差")

Hit = tuple[Clock, int]


def find(words: Words, at: int) -> Hit | None:
    """The longest Chinese time at `at`."""
    part = PARTS.at(words, at)
    start = part[1] + (word_at(words, part[1]) == "的") if part else at
    named_part = part[0] if part else Part.NONE
    hit = _short(words, start, named_part) or _hour_first(words, start, named_part)
    return hit or _NAMED.at(words, at)


def _number(words: Words, at: int) -> tuple[int, int] | None:
    word = word_at(words, at)
    if word.isdecimal() and len(word) <= 2:
        return int(word), at + 1
    if word in ("零", "〇") and word_at(words, at + 1) in numerals.DIGITS:
        return numerals.DIGITS[words[at + 1]], at + 2
    return numerals.cardinal(words, at)


def _hour(words: Words, at: int) -> tuple[int, int] | None:
    hour = _number(words, at)
    if hour is None or hour[0] > 24 or word_at(words, hour[1]) not in ("点", "时"):
        return None
    return hour[0], hour[1] + 1


def _minutes(words: Words, at: int) -> tuple[int, int] | None:
    """半, 一刻, 四十, 零五分, 过五分."""
    start = at + (word_at(words, at) == "过")
    if quarter := _QUARTERS.at(words, start):
        return quarter
    minute = _number(words, start)
    if minute is None or minute[0] > 59:
        return None
    marked = word_at(words, minute[1]) == "分"
    if not marked and minute[0] < 10 and word_at(words, start) not in ("零", "〇"):
        return None
    return minute[0], minute[1] + marked


def _hour_first(words: Words, at: int, part: Part) -> Hit | None:
    hour = _hour(words, at)
    if hour is None:
        return None
    value, end = hour
    if short := _behind(words, end):
        return Clock.of(value, 0, part).earlier(short[0]), short[1]
    minute = _minutes(words, end)
    if minute is None:
        return Clock.of(value, 0, part), end
    return Clock.of(value, minute[0], part), minute[1]


def _behind(words: Words, at: int) -> tuple[int, int] | None:
    """差五分, 差一刻."""
    short = _SHORT.at(words, at)
    if short is None:
        return None
    minutes = _QUARTERS.at(words, short[1]) or _number(words, short[1])
    if minutes is None or not 0 < minutes[0] < 60:
        return None
    end = minutes[1] + (word_at(words, minutes[1]) == "分")
    return minutes[0], end + (word_at(words, end) == "钟")


def _short(words: Words, at: int, part: Part) -> Hit | None:
    """差五分三点."""
    behind = _behind(words, at)
    hour = _hour(words, behind[1]) if behind else None
    if behind is None or hour is None:
        return None
    return Clock.of(hour[0], 0, part).earlier(behind[0]), hour[1]
