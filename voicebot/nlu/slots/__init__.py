"""Readers of slot values: one file a type, English and Chinese.

`CHOICE` and `TEXT` depend on patterns and on what else was said; they are read by
`voicebot.nlu.pattern` and `voicebot.nlu.filling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from voicebot.core.meaning import SlotType
from voicebot.nlu.slots import (
    card,
    date,
    digits,
    duration,
    moment,
    money,
    number,
    phone,
    time_of_day,
    yes_no,
)
from voicebot.nlu.slots.reading import Reader

READERS: Mapping[SlotType, Reader] = MappingProxyType(
    {
        SlotType.DIGITS: digits.read,
        SlotType.NUMBER: number.read,
        SlotType.YES_NO: yes_no.read,
        SlotType.DATE: date.read,
        SlotType.TIME: time_of_day.read,
        SlotType.DATETIME: moment.read,
        SlotType.DURATION: duration.read,
        SlotType.MONEY: money.read,
        SlotType.PHONE: phone.read,
        SlotType.CARD: card.read,
    }
)
"""How values of a type are found."""
