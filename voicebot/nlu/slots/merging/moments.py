"""Date and time after an earlier date, time or both: what is not said again stays."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple

from voicebot.nlu.slots import moment
from voicebot.nlu.slots.clock import Clock
from voicebot.nlu.slots.merging import dates, times
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at


class _Said(NamedTuple):
    """What was said now, put together with what was said before."""

    day: date | None
    clock: Clock | None
    end: int
    sure: bool


def moment_after(words: Words, at: int, scene: Scene, before: str, raw: Words) -> list[Reading]:
    """The moment at `at` after `before`: a moment, or of one that was begun the date or time."""
    if shifted := moment.shifted(words, at, scene):
        return [Reading(shifted[1], moment.text(shifted[0]))]
    old_day, _, old_time = before.partition("T") if "T" in before else _alone(before)
    said = _date_first(words, at, scene, (old_day, old_time), raw)
    said = said or _time_first(words, at, scene, (old_day, old_time), raw)
    if said is None:
        return []
    day = said.day or dates.parsed(old_day)
    clock = said.clock.within(scene.hours) if said.clock else times.parsed(old_time)
    if day is None or clock is None:
        return [] if said.day else moment.read_at(words, at, scene)
    whole = datetime.combine(day, time(clock.hour, clock.minute))
    begun = "T" not in before
    return [Reading(said.end, moment.text(whole), 1.0 if said.sure else 0.85, adds=begun)]


def _alone(before: str) -> tuple[str, str, str]:
    return ("", "", before) if times.parsed(before) else (before, "", "")


def _date_first(
    words: Words, at: int, scene: Scene, old: tuple[str, str], raw: Words
) -> _Said | None:
    day = dates.date_after(words, at, scene, old[0], raw)
    if day is None:
        return None
    start = moment.time_start(words, at, day[1])
    clock = times.time_after(words, start, old[1], raw)
    if clock is None:
        return _Said(day[0], None, day[1], True)
    return _Said(day[0], clock.clock, clock.end, True)


def _time_first(
    words: Words, at: int, scene: Scene, old: tuple[str, str], raw: Words
) -> _Said | None:
    clock = times.time_after(words, at, old[1], raw)
    if clock is None:
        return None
    start = clock.end + (word_at(words, clock.end) == "on")
    day = dates.date_after(words, start, scene, old[0], raw)
    if day is None:
        return _Said(None, clock.clock, clock.end, clock.sure)
    return _Said(day[0], clock.clock, day[1], True)
