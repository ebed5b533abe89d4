"""Questions that are answered in one phrase, within which nobody pauses for long.

    yes or no · one digit · one of a few words · a menu of phrases      `end_phrase`
    "four seven ... one one" · "May ... the second" · in own words      `end_incomplete`

What a caller says to them is over sooner, though nothing of it was understood.
"""

from __future__ import annotations

from voicebot.core.meaning import Expectation, SlotSpec, SlotType
from voicebot.core.turn import Timing
from voicebot.flow.properties import TimingModel
from voicebot.flow.walk.copying import changed

MOST_OPTIONS = 12
"""A slot of more options is a list of names, and callers think of how a name was."""


def timed(timing: Timing, wanted: Expectation, *own: TimingModel) -> Timing:
    """`timing` for a question of which `wanted` is expected. Where the node or the attempt (`own`,
    the nearest first) says how long it waits for whoever is not understood yet, that counts."""
    said = next((one for one in own if one.end_phrase is not None), None)
    longer = next((one for one in own if one.end_incomplete is not None), None)
    if not is_one_phrase(wanted) or (longer is not None and said is None):
        return timing
    return changed(timing, end_incomplete_ms=min(timing.end_phrase_ms, timing.end_incomplete_ms))


def is_one_phrase(wanted: Expectation) -> bool:
    """Whether all that is asked for is one phrase."""
    if wanted.knowledge is not None or wanted.wordings is not None:
        return False
    needed = [slot for slot in wanted.slots if slot.required]
    if needed:
        return len(needed) == 1 and _is_short(needed[0])
    return bool(wanted.choices) and not wanted.slots


def _is_short(slot: SlotSpec) -> bool:
    match slot.type:
        case SlotType.YES_NO:
            return True
        case SlotType.DIGITS:
            return slot.max_length == 1
        case SlotType.CHOICE:
            return len(slot.options) <= MOST_OPTIONS
        case _:
            return False
