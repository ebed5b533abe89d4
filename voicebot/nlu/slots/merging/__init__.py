"""A value that completes or corrects one that was given before: the whole new value, from the
words now and the earlier value's words and canonical text.

before                       now                    together
december (begun)             the twenty third       2026-12-23
december the twenty second   no the twenty third    2026-12-23
nine in the evening          no eight               20:00
904                          double two seven       904227
twelve dollars               and fifty cents        12.50 USD
"""

from __future__ import annotations

from voicebot.core.meaning import SlotSpec, SlotType, SlotValue
from voicebot.nlu.slots import READERS
from voicebot.nlu.slots.merging import dates, times
from voicebot.nlu.slots.merging.dates import date_after
from voicebot.nlu.slots.merging.digit_strings import digits_after, number_after
from voicebot.nlu.slots.merging.moments import moment_after
from voicebot.nlu.slots.merging.times import time_after
from voicebot.nlu.slots.reading import Reading, Scene, Words, word_at
from voicebot.nlu.slots.time_of_day import Found
from voicebot.nlu.text import read as read_text

__all__ = ["read"]

_ADDING = {"and", "point", "又", "再", "零", "点", "加"}


def read(words: Words, at: int, spec: SlotSpec, scene: Scene, earlier: SlotValue) -> list[Reading]:
    """Values at `at` as they are after `earlier`, the longest first."""
    scene = scene.of(spec)
    match spec.type:
        case SlotType.DATE:
            day = date_after(words, at, scene, earlier.value, read_text(earlier.raw).words)
            begun = dates.parsed(earlier.value) is None
            return [Reading(day[1], day[0].isoformat(), adds=begun)] if day else []
        case SlotType.TIME:
            time = time_after(words, at, earlier.value, read_text(earlier.raw).words)
            begun = times.parsed(earlier.value) is None
            return [_time(time, spec, adds=begun)] if time else []
        case SlotType.DATETIME:
            return moment_after(words, at, scene, earlier.value, read_text(earlier.raw).words)
        case SlotType.PHONE | SlotType.CARD:
            return number_after(words, at, spec, scene, earlier.value)
        case SlotType.DIGITS:
            return digits_after(words, at, spec, scene, earlier.value)
        case SlotType.NUMBER | SlotType.MONEY | SlotType.DURATION:
            added = _added(words, at, spec, scene, earlier)
            return added or READERS[spec.type](words, at, spec, scene)
    return READERS[spec.type](words, at, spec, scene)


def _time(found: Found, spec: SlotSpec, *, adds: bool) -> Reading:
    clock = found.clock.within(spec.hours)
    return Reading(found.end, clock.text, 1.0 if found.sure else 0.85, adds)


def _added(
    words: Words, at: int, spec: SlotSpec, scene: Scene, earlier: SlotValue
) -> list[Reading]:
    """ "and fifty cents", "and a half", 又五分钟: read on from the words before."""
    if word_at(words, at) not in _ADDING:
        return []
    before = read_text(earlier.raw).words
    found = READERS[spec.type]([*before, *words[at:]], 0, spec, scene)
    shift = at - len(before)
    return [
        Reading(r.end + shift, r.value, r.quality, adds=True)
        for r in found
        if r.end > len(before) + 1
    ]
