"""A date after an earlier one: what is not said again, the month or the week, stays."""

from __future__ import annotations

import datetime

from voicebot.nlu.slots import calendar, date, date_parts
from voicebot.nlu.slots.reading import Scene, Words

_WEEK_SAID = frozenset(("next", "last", "week", "下", "上", "这", "本"))


def date_after(
    words: Words, at: int, scene: Scene, before: str, raw: Words
) -> tuple[datetime.date, int] | None:
    """The date at `at` after `before`: a date, or a month or week that was begun with."""
    today = scene.today
    if begun := _begun(words, at, before):
        return begun
    found, old = date.find(words, at, scene), parsed(before)
    if old is None:
        return found
    if found:
        return _in_place_of(old, raw, words[at : found[1]], found[0], today), found[1]
    part = date_parts.part(words, at, today)
    day = part.of(old, today) if part else None
    return (day, part.end) if part and day else None


def parsed(text: str) -> datetime.date | None:
    """Of `2026-11-23`."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _begun(words: Words, at: int, value: str) -> tuple[datetime.date, int] | None:
    """The day of the month, or weekday, that was still open."""
    if month := date_parts.month_begun(value):
        number = date_parts.day_of(words, at)
        day = calendar.day(*month, number[0]) if number else None
        return (day, number[1]) if number and day else None
    monday = date_parts.week_begun(value)
    weekday = date_parts.weekday_of(words, at) if monday else None
    if monday is None or weekday is None:
        return None
    found = calendar.add_days(monday, weekday[0])
    return (found, weekday[1]) if found else None


def _in_place_of(
    old: datetime.date, raw: Words, words: Words, new: datetime.date, today: datetime.date
) -> datetime.date:
    """What was left unsaid is as before: the month of a day, the week of a weekday."""
    only = date_parts.only(words)
    if only is date_parts.Only.DAY:
        same_month = calendar.day(old.year, old.month, new.day)
        if same_month and (same_month >= today or old < today):
            return same_month
    if only is date_parts.Only.WEEKDAY and not _WEEK_SAID.isdisjoint(raw):
        same_week = calendar.in_week(old, 0, new.weekday())
        if same_week >= today or old < today:
            return same_week
    return new
