"""A time of day after an earlier one: the half of the day that was said stays, or is put right."""

from __future__ import annotations

import re
from contextlib import suppress

from voicebot.nlu.slots import time_en, time_of_day, time_zh
from voicebot.nlu.slots.clock import Clock, Part
from voicebot.nlu.slots.reading import Words

_CLOCK = re.compile(r"(\d\d):(\d\d)")


def time_after(words: Words, at: int, before: str, raw: Words) -> time_of_day.Found | None:
    """The time at `at` after `before`: `15:30`, a part of the day, or nothing; `raw` are its
    words."""
    old, found = parsed(before), time_of_day.find(words, at)
    if found is None:
        part = day_part(words, at)
        if part is None or old is None:
            return None
        return time_of_day.Found(_placed(old, part[0]), part[1], True)
    said = begun_part(before) or part_in(raw)
    if not found.clock.open or said is None:
        return found
    return time_of_day.Found(_placed(found.clock, said), found.end, found.sure)


def _placed(clock: Clock, part: Part) -> Clock:
    return Clock.of(clock.hour % 12 or 12, clock.minute, part)


def parsed(text: str) -> Clock | None:
    """Of `15:30`."""
    found = _CLOCK.fullmatch(text)
    return Clock(int(found[1]), int(found[2])) if found else None


def day_part(words: Words, at: int) -> tuple[Part, int] | None:
    """ "in the morning", "p m", 下午."""
    return time_en.PARTS.at(words, at) or time_zh.PARTS.at(words, at)


def part_in(words: Words) -> Part | None:
    """The last part of the day among the words."""
    found = [hit[0] for at in range(len(words)) if (hit := day_part(words, at))]
    return found[-1] if found else None


def begun_part(value: str) -> Part | None:
    """Of a time of which only the part of the day was said."""
    with suppress(ValueError):
        return Part(value) or None
    return None
