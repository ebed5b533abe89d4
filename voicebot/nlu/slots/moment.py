"""Date and time together: "tomorrow at three", "in two hours", 明天下午三点, 半小时后.

A time without a date is the next such time from now.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from voicebot.core.meaning import SlotSpec, Toward
from voicebot.nlu.slots import date as dates
from voicebot.nlu.slots import duration, time_of_day
from voicebot.nlu.slots.clock import Clock
from voicebot.nlu.slots.date_zh import HALF_DAYS_WITHIN
from voicebot.nlu.slots.reading import Reading, Scene, Words, lexicon, word_at

_BETWEEN = {"at", "by", "around", "about", "的", "on"}
_PART_BETWEEN = {"morning", "afternoon", "evening", "night"}
_THAT_DAY = lexicon("那天|那一天|当天|那天的|那个")
_LATER = lexicon("from now|later|以后|之后|过后|后")


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest date with time at `at`; a date without a time is none."""
    return read_at(words, at, scene.of(spec))


def read_at(words: Words, at: int, scene: Scene) -> list[Reading]:
    """`read` for a scene that is the slot's."""
    for finder in (_date_first, shifted, _time_first):
        found = finder(words, at, scene)
        if found:
            return [Reading(found[1], text(found[0]))]
    return []


def text(moment: datetime) -> str:
    """Canonical text: ISO 8601 to the minute, in the call's zone."""
    return moment.replace(second=0, microsecond=0, tzinfo=None).isoformat(timespec="minutes")


def _date_first(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
    day = dates.find(words, at, scene)
    if day is None:
        return None
    found = _time_after(words, time_start(words, at, day[1]))
    if found is None:
        return None
    tonight = word_at(words, day[1] - 1) == "tonight"
    return at_clock(day[0], found.clock, scene, late=tonight), found.end


def at_clock(day: date, clock: Clock, scene: Scene, *, late: bool = False) -> datetime:
    """The moment; of an open time the half of the day that is to come, or the later (`late`)."""
    clock = clock.within(scene.hours)
    moment = datetime.combine(day, time(clock.hour, clock.minute))
    if not clock.open or clock.hour >= 12 or scene.toward is Toward.PAST:
        return moment
    is_over = day == scene.now.date() and moment < scene.now.replace(tzinfo=None)
    return moment + timedelta(hours=12) if late or is_over else moment


def time_start(words: Words, first: int, last: int) -> int:
    """Where the time may begin after a date at tokens `first` to `last`: 早 of 明早 is of both."""
    return last - ("".join(words[first:last]) in HALF_DAYS_WITHIN)


def _time_after(words: Words, at: int) -> time_of_day.Found | None:
    """The time after a date, where the part of the day may stand before it."""
    start = _THAT_DAY.skip(words, at)
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


def shifted(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
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
        return _after(scene.now, found[0]), later[1] if later else end
    except OverflowError:
        return None


def _after(now: datetime, seconds: int) -> datetime:
    """So much later: days by the calendar, hours by the clock that no change of time stops."""
    if now.tzinfo is None or seconds % 86_400 == 0:
        return now + timedelta(seconds=seconds)
    return (now.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(now.tzinfo)


def _time_first(words: Words, at: int, scene: Scene) -> tuple[datetime, int] | None:
    found = time_of_day.find(words, at)
    if found is None:
        return None
    start = found.end + (word_at(words, found.end) == "on")
    if day := dates.find(words, start, scene):
        late = "tonight" in words[start : day[1]]
        return at_clock(day[0], found.clock, scene, late=late), day[1]
    return (_nearest(found.clock, scene), found.end) if found.sure else None


def _nearest(clock: Clock, scene: Scene) -> datetime:
    """The next such time of day; the last where what is past is asked for."""
    clock, now = clock.within(scene.hours), scene.now.replace(tzinfo=None)
    moment = datetime.combine(now.date(), time(clock.hour, clock.minute))
    if scene.toward is Toward.PAST:
        return moment if moment <= now else moment - timedelta(days=1)
    return moment if moment > now else moment + timedelta(days=1)
