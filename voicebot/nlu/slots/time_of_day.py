"""Times of day: "half past three", "three thirty p m", 下午三点半, 差五分八点, 15:30.

An hour from one to six without "a m" or "p m" is taken for the afternoon, seven to twelve as
said: business hours. "Fifteen thirty" and 15:30 are what they say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import date_en, time_en, time_zh
from voicebot.nlu.slots.clock import Clock
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at
from voicebot.nlu.text import words_of

_COUNTED = frozenset(
    words_of("""
    people persons person guests adults children kids seats tickets of minutes minute hours hour
    seconds second days day weeks week months month years year dollars dollar cents percent degrees
    euros pounds times nights points o 人 位 个 块 元 天 秒 号 月 年 周 张
    次 件 度 毛 角 岁 斤 分""")
)
_TYPED = re.compile(r"(\d{1,2})[:.](\d{2})")


@dataclass(frozen=True, slots=True)
class Found:
    """A time and the token after it."""

    clock: Clock
    end: int
    sure: bool
    """False for a bare number, which may be anything."""


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest time at `at`; a bare number counts, with less quality."""
    found = find(words, at)
    if found is None:
        return []
    clock = found.clock.within(spec.hours)
    return [Reading(found.end, clock.text, 1.0 if found.sure else 0.85)]


def find(words: Words, at: int) -> Found | None:
    """The longest time at `at` in either language."""
    start = at + (word_at(words, at) in ("at", "by", "around", "about"))
    if typed := _typed(words, start):
        return typed
    english = time_en.find(words, start)
    if english and english[1] > start and (english[2] or _may_be_hour(words, start, english[1])):
        return Found(*english)
    chinese = time_zh.find(words, start)
    return Found(chinese[0], chinese[1], True) if chinese else None


def _may_be_hour(words: Words, at: int, end: int) -> bool:
    """Whether a bare number counts nothing and belongs to no date: "ten people", "march three"."""
    return word_at(words, end) not in _COUNTED and not date_en.MONTHS.at(words, at - 1)


def _typed(words: Words, at: int) -> Found | None:
    """`15:30`, `3:30 pm`, 下午3:30."""
    part = time_zh.PARTS.at(words, at)
    start = part[1] if part else at
    found = _TYPED.fullmatch(word_at(words, start))
    if found is None or int(found[1]) > 24 or int(found[2]) > 59:
        return None
    hour, minute = int(found[1]), int(found[2])
    spoken = part or time_en.PARTS.at(words, start + 1)
    if spoken is None:
        return Found(Clock.of(hour, minute, typed=True), start + 1, ":" in found[0])
    end = start + 1 if part else spoken[1]
    return Found(Clock.of(hour, minute, spoken[0]), end, True)
