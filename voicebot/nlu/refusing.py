"""Values that callers name only to refuse them: "not friday", "friday does not work", 不是三点."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.nlu.pattern import Fill
from voicebot.nlu.slots.reading import lexicon

_BEFORE = lexicon(
    "not|not on|not at|not for|not the|not on the|not in|but not|never on|anything but|except|"
    "except for|"
    "不是|不要|别|不在|不想要|除了|不用|并不是|没有说|不说"
)
_AFTER = lexicon(
    "does not work|does not suit|does not fit|is not good|is no good|is bad|will not work|"
    "are bad|are not good|are no good|do not work|do not suit|is out|are out|is full|"
    "would not work|is not possible|is wrong|is not right|is not what i said|was wrong|"
    "不行|不可以|不方便|没空|没时间|不合适|不对|不要|错了|来不了"
)
_ANSWERS = (SlotType.YES_NO, SlotType.TEXT)


class Refused:
    """Which values of one utterance are refused."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._starts = {end for at in range(len(words)) if (end := _BEFORE.skip(words, at)) > at}

    def covers(self, spec: SlotSpec, found: Fill) -> bool:
        """Whether `found` is named only to be refused."""
        if spec.type in _ANSWERS:
            return False
        return found.first in self._starts or _AFTER.skip(self._words, found.last) > found.last
