"""The time of a call's present step as values: `now`, `today`, `time`, `weekday`.

All in the call's zone, as its clocks on the wall show it.
"""

from __future__ import annotations

import datetime

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.values import WEEKDAYS, Value

CLOCK = ("now", "today", "time", "weekday")
"""Names in expressions and templates; a value of the flow's own of that name hides one."""


def clock_value(name: str, now: datetime.datetime | None) -> Value:
    """One of `CLOCK`; None where the time is not known."""
    if now is None:
        return None
    local = now.replace(tzinfo=None)
    match name:
        case "now":
            return SlotValue(SlotType.DATETIME, local.isoformat(timespec="minutes"))
        case "today":
            return SlotValue(SlotType.DATE, local.date().isoformat())
        case "time":
            return SlotValue(SlotType.TIME, local.time().isoformat(timespec="minutes"))
        case "weekday":
            return WEEKDAYS[local.weekday()]
    return None
