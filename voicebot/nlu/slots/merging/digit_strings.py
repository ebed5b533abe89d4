"""Digits after earlier ones: the rest of a string, or a part of it put right.

904, then "double two seven"     904227
1254, then "not five six"        1264
1254, then "it ends in five six" 1256
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voicebot.core import cards
from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.core.telephone import e164
from voicebot.nlu.slots import READERS, digits, phone
from voicebot.nlu.slots.reading import Lexicon, Reading, Scene, Words, lexicon

_NOT = lexicon("not|not a|it is not|不是|不|没有|不是说")
_BUT = lexicon("but|it is|but a|是|而是|应该是")
_ENDS = lexicon(
    "it ends in|ends in|it ends with|ends with|ending in|the last ones are|the end is|"
    "结尾是|尾号是|末尾是|最后是"
)
_LAST = Lexicon(
    {
        f"{start} {count} {noun} {verb}".strip(): n
        for n, count, noun, verb in (
            (1, "", "digit", "is"),
            (1, "", "number", "is"),
            (1, "", "one", "is"),
            *((n, c, "digits", "are") for n, c in ((2, "two"), (3, "three"), (4, "four"))),
        )
        for start in ("the last", "last")
    }
    | {
        f"{start}{count}位是": n
        for n, count in enumerate("一两三四", 1)
        for start in ("最后", "后")
    }
)
_ANY = SlotSpec("", SlotType.DIGITS, min_length=1, max_length=40)
_DENIALS = {"no", "not", "nope", "wrong", "不", "错"}


def digits_after(words: Words, at: int, spec: SlotSpec, scene: Scene, before: str) -> list[Reading]:
    """Digit strings at `at` after `before`, which may be too short to be whole."""
    if corrected := _corrected(words, at, scene, before):
        return [corrected] if spec.min_length <= len(corrected.value) <= spec.max_length else []
    alone = digits.read(words, at, spec, scene)
    added = list(_added(words, at, spec, scene, before))
    too_short = len(before) < spec.min_length
    repeats = any(reading.value.startswith(before) for reading in alone)
    if not too_short or repeats:
        return alone or added
    return added or alone


def number_after(words: Words, at: int, spec: SlotSpec, scene: Scene, before: str) -> list[Reading]:
    """Telephone and card numbers at `at` after `before`: said anew, gone on with, or corrected."""
    alone = READERS[spec.type](words, at, spec, scene)
    if alone:
        return alone
    start, plus = (1, before[:1]) if before.startswith("+") else (0, "")
    if corrected := _corrected(words, at, scene, before[start:]):
        value = whole(plus + corrected.value, spec, scene)
        return [replace(corrected, value=value)] if value else []
    if not _DENIALS.isdisjoint(words[:at]) or digits.goes_on(words, at):
        return []
    for piece in pieces(words, at, scene)[:1]:
        if value := whole(before + piece.value, spec, scene):
            return [Reading(piece.end, value, piece.quality, adds=True)]
    return []


def whole(said: str, spec: SlotSpec, scene: Scene) -> str | None:
    """The number as it is kept, if it is a whole one."""
    if spec.type is SlotType.PHONE:
        return e164(said, phone.region(spec, scene))
    return said if cards.is_card(said) else None


def pieces(words: Words, at: int, scene: Scene) -> list[Reading]:
    """Digits of any length, the longest first."""
    return digits.read(words, at, _ANY, scene)


def _added(words: Words, at: int, spec: SlotSpec, scene: Scene, before: str) -> Iterator[Reading]:
    """The earlier digits with those that follow."""
    if not _DENIALS.isdisjoint(words[:at]):
        return
    for piece in pieces(words, at, scene):
        if spec.min_length <= len(before) + len(piece.value) <= spec.max_length:
            yield Reading(piece.end, before + piece.value, piece.quality, adds=True)


def _corrected(words: Words, at: int, scene: Scene, before: str) -> Reading | None:
    start = _NOT.skip(words, at)
    if start > at:
        return _replaced(words, start, scene, before)
    last = _LAST.at(words, at)
    count, start = last or (0, _ENDS.skip(words, at))
    for piece in pieces(words, start, scene) if start > at else ():
        if len(piece.value) == (count or len(piece.value)) <= len(before):
            return Reading(piece.end, before[: -len(piece.value)] + piece.value, piece.quality)
    return None


def _replaced(words: Words, at: int, scene: Scene, before: str) -> Reading | None:
    """ "not five six", "not five but six": a part that is there once."""
    for wrong, right, end in _pairs(words, at, scene):
        if before.count(wrong) == 1:
            return Reading(end, before.replace(wrong, right), 0.95)
    return None


def _pairs(words: Words, at: int, scene: Scene) -> Iterator[tuple[str, str, int]]:
    for run in pieces(words, at, scene):
        start = _BUT.skip(words, run.end)
        if start > run.end:
            for right in pieces(words, start, scene):
                yield run.value, right.value, right.end
        half, odd = divmod(len(run.value), 2)
        if half and not odd:
            yield run.value[:half], run.value[half:], run.end
