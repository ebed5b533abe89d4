"""Dates in either language and in digits; canonical text is ISO 8601."""

from __future__ import annotations

import re
from datetime import date

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import calendar, date_en, date_zh, holidays
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest date at `at`."""
    found = find(words, at, scene.of(spec))
    return [Reading(found[1], found[0].isoformat())] if found else []


def find(words: Words, at: int, scene: Scene) -> tuple[date, int] | None:
    """The day and the token after it."""
    today = scene.today
    if typed := _typed(word_at(words, at), today):
        return typed, at + 1
    candidates = [
        hit
        for finder in (date_en.find, date_zh.find, holidays.find)
        if (hit := finder(words, at, today)) is not None
    ]
    return max(candidates, key=lambda hit: hit[1]) if candidates else None


def _typed(word: str, today: date) -> date | None:
    """`2026-11-23`; `11/23` month first, as in the US, unless only the other order can be."""
    if found := _ISO.fullmatch(word):
        return calendar.day(int(found[1]), int(found[2]), int(found[3]))
    if not (found := _SLASHED.fullmatch(word)):
        return None
    month, day_of_month = int(found[1]), int(found[2])
    if month > 12:
        month, day_of_month = day_of_month, month
    if found[3]:
        return calendar.day(calendar.year_of(int(found[3]), today), month, day_of_month)
    return calendar.next_month_day(today, month, day_of_month)
