"""Date and time together: "tomorrow at three", "in two hours", 明天下午三点, 半小时后.

A time without a date is the next such time from now.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import date, duration, time_of_day
from voicebot.nlu.slots.clock import Clock
from voicebot.nlu.slots.date_zh import HALF_DAYS_WITHIN
from voicebot.nlu.slots.reading import Reading, Scene, Words, lexicon, word_at

_BETWEEN = {"at", "by", "around", "about", "的", "on"}
_PART_BETWEEN = {"morning", "afternoon", "evening", "night"}
_LATER = lexicon("from now|later|以后|之后|过后|后")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest date with time at `at`; a date without a time is none."""
    for finder in (_date_first, _shifted, _time_first):
        found = finder(words, at, scene)
        if found:
            text = found[0].replace(second=0, microsecond=0, tzinfo=None)
            return [Reading(found[1], text.isoformat(timespec="minutes"))]
    return []


def _date_first(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
    day = date.find(words, at, scene)
    if day is None:
        return None
    start = day[1]
    if "".join(words[at:start]) in HALF_DAYS_WITHIN:
        start -= 1
    found = _time_after(words, start)
    if found is None:
        return None
    if word_at(words, day[1] - 1) == "tonight" and found.clock.open:
        evening = Clock.of(found.clock.hour % 12 or 12, found.clock.minute)
        hour = evening.hour if evening.hour >= 12 else evening.hour + 12
        return datetime.combine(day[0], time(hour % 24, found.clock.minute)), found.end
    return datetime.combine(day[0], time(found.clock.hour, found.clock.minute)), found.end


def _time_after(words: Words, at: int) -> time_of_day.Found | None:
    """The time after a date, where the part of the day may stand before it."""
    start = at
    part = word_at(words, start) if word_at(words, start) in _PART_BETWEEN else ""
    start += bool(part)
    while word_at(words, start) in _BETWEEN:
        start += 1
    if part:
        said = [*words[start:]]
        bare = time_of_day.find(said, 0)
        if bare is None:
            return None
        ending = ["at", "night"] if part == "night" else ["in", "the", part]
        placed = time_of_day.find([*said[: bare.end], *ending], 0)
        return time_of_day.Found((placed or bare).clock, start + bare.end, True)
    return time_of_day.find(words, start)


def _shifted(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
    """ "in two hours", "an hour from now", 半小时后."""
    ahead = word_at(words, at) == "in"
    found = duration.find(words, at + ahead)
    if found is None:
        return None
    end = found[1]
    later = _LATER.at(words, end)
    if later is None and not ahead:
        return None
    try:
        return scene.now + timedelta(seconds=found[0]), later[1] if later else end
    except OverflowError:
        return None


def _time_first(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
    found = time_of_day.find(words, at)
    if found is None:
        return None
    clock = time(found.clock.hour, found.clock.minute)
    start = found.end + (word_at(words, found.end) == "on")
    if day := date.find(words, start, scene):
        return datetime.combine(day[0], clock), day[1]
    if not found.sure:
        return None
    moment = datetime.combine(scene.now.date(), clock)
    if moment <= scene.now.replace(tzinfo=None):
        moment += timedelta(days=1)
    return moment, found.end
