"""Telephone numbers, to E.164: "four one five, triple five ...", "plus four four ...", 幺三八...

All digits in a row are one number, so that one of the wrong length is none, not a part of it.
"""

from __future__ import annotations

from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.core.telephone import HOME, MOST, e164, may_go_on
from voicebot.nlu.slots import digits
from voicebot.nlu.slots.reading import Reading, Scene, Words, lexicon

_ANY = SlotSpec("", SlotType.DIGITS, min_length=1, max_length=40)
_PLUS = lexicon("plus|the plus|加|加号|国际区号")

_BETWEEN = lexicon("number|the number is|and the number is|and then|号码|号码是|电话|电话是")
"""Between an area code and the rest."""


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The number whose digits begin at `at`."""
    found = dialed(words, at, scene)
    number = e164(found.value, region(spec, scene)) if found else None
    return [Reading(found.end, number, found.quality)] if found and number else []


def dialed(words: Words, at: int, scene: Scene) -> Reading | None:
    """All digits from `at`, `+` before them where that was said."""
    if digits.goes_on(words, at) or _PLUS.at(words, at - 1):
        return None
    start = _PLUS.skip(words, at)
    found = digits.read(words, start, _ANY, scene)
    if not found or len(found[0].value) > MOST:
        return None
    plus, said, end = "+" if start > at else "", found[0].value, found[0].end
    after = _BETWEEN.skip(words, end)
    rest = digits.read(words, after, _ANY, scene) if after > end else []
    if rest and len(said + rest[0].value) <= MOST:
        said, end = said + rest[0].value, rest[0].end
    return Reading(end, plus + said, found[0].quality)


def region(spec: SlotSpec, scene: Scene) -> str:
    """Where it is dialed: as the slot says, or by the language."""
    return spec.region or HOME.get(scene.language, "US")


def may_grow(number: str, spec: SlotSpec, language: str) -> bool:
    """Whether a number, as E.164, may be the beginning of a longer one."""
    return may_go_on(number, spec.region or HOME.get(language, "US"))
