"""A part of a value, to be completed in another turn: "december", "tomorrow afternoon", "nine oh
four" of ten digits. Its text is as far as it goes; see `core.meaning.Interpretation.begun`.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core import cards
from voicebot.core.meaning import SlotSpec, SlotType, SlotValue
from voicebot.core.telephone import is_short
from voicebot.nlu.slots import date_parts, digits, moment, phone, time_of_day
from voicebot.nlu.slots.merging import dates, digit_strings, times
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at
from voicebot.nlu.text import read as read_text

_FEWEST = 2
"""A single digit is begun with only where others came before: "just one second"."""
_CONNECTING = {"in", "the", "at", "的"}


def read(
    words: Words, at: int, spec: SlotSpec, scene: Scene, earlier: SlotValue | None
) -> Reading | None:
    """The longest part of a value at `at`."""
    scene = scene.of(spec)
    match spec.type:
        case SlotType.PHONE | SlotType.CARD:
            return _number(words, at, spec, scene, earlier.value if earlier else "")
        case SlotType.DIGITS:
            return _digits(words, at, spec, scene, earlier.value if earlier else "")
        case SlotType.DATE:
            return _month_or_week(words, at, scene)
        case SlotType.TIME:
            part = times.day_part(words, at)
            return Reading(part[1], part[0].value) if part else None
        case SlotType.DATETIME:
            return _half_of_moment(words, at, scene, earlier)
    return None


def _digits(words: Words, at: int, spec: SlotSpec, scene: Scene, before: str) -> Reading | None:
    old = before if len(before) < spec.min_length else ""
    if digits.goes_on(words, at):
        return None
    for piece in digit_strings.pieces(words, at, scene):
        together = old + piece.value
        if old or len(together) >= _FEWEST:
            short = len(together) < spec.min_length
            return Reading(piece.end, together, piece.quality, adds=bool(old)) if short else None
    return None


def _number(words: Words, at: int, spec: SlotSpec, scene: Scene, before: str) -> Reading | None:
    """The beginning of a telephone or card number: too short to be one."""
    old = "" if digit_strings.whole(before, spec, scene) else before
    found = phone.dialed(words, at, scene)
    if found is None or not (old or len(found.value) >= _FEWEST):
        return None
    together = old + found.value
    if spec.type is SlotType.PHONE:
        short = is_short(together, phone.region(spec, scene))
    else:
        short = len(together) < cards.usual_length(together)
    return replace(found, value=together, adds=bool(old)) if short else None


def _month_or_week(words: Words, at: int, scene: Scene) -> Reading | None:
    part = date_parts.part(words, at, scene.today)
    value = part.value(scene.today) if part else ""
    return Reading(part.end, value) if part and value else None


def _half_of_moment(
    words: Words, at: int, scene: Scene, earlier: SlotValue | None
) -> Reading | None:
    """A date with or without a part of the day, or an hour that may be anything."""
    before, raw = (earlier.value, read_text(earlier.raw).words) if earlier else ("", ())
    day = dates.date_after(words, at, scene, before, raw)
    if day:
        return Reading(_past_part(words, moment.time_start(words, at, day[1])), day[0].isoformat())
    clock = time_of_day.find(words, at)
    if clock:
        return Reading(clock.end, clock.clock.text, 1.0 if clock.sure else 0.85)
    return _month_or_week(words, at, scene)


def _past_part(words: Words, at: int) -> int:
    start = at
    while word_at(words, start) in _CONNECTING:
        start += 1
    part = times.day_part(words, start)
    return part[1] if part else at
