"""Hour and minute, and which half of the day an hour belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The part of the day that was said."""

    NONE = ""
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day."""

    hour: int
    minute: int
    open: bool = False
    """Twelve hours later would have been said in the same words."""

    @property
    def text(self) -> str:
        """ISO 8601, 24 hours."""
        return f"{self.hour:02}:{self.minute:02}"

    def earlier(self, minutes: int) -> Clock:
        """So many minutes before, within the day."""
        total = (self.hour * 60 + self.minute - minutes) % 1_440
        return Clock(total // 60, total % 60, self.open)

    def within(self, hours: tuple[int, int] | None) -> Clock:
        """Itself or twelve hours from it: the one that lies within `hours`, minutes of the day."""
        if hours is None or not self.open or self._is_within(hours):
            return self
        other = Clock((self.hour + 12) % 24, self.minute, self.open)
        return other if other._is_within(hours) else self

    def _is_within(self, hours: tuple[int, int]) -> bool:
        first, last = hours
        minute = self.hour * 60 + self.minute
        if first <= last:
            return first <= minute <= last
        return minute >= first or minute <= last

    @classmethod
    def of(cls, hour: int, minute: int, part: Part = Part.NONE, *, typed: bool = False) -> Clock:
        """The time of an hour as said; `typed` takes one with leading digits as of 24 hours."""
        is_open = part is Part.NONE and 1 <= hour <= 12 and not typed
        return cls(_hour_of_day(hour, part, typed=typed) % 24, minute, is_open)


def _hour_of_day(hour: int, part: Part, *, typed: bool) -> int:
    if hour > 12 or hour == 0:
        return hour
    match part:
        case Part.MORNING:
            return 0 if hour == 12 else hour
        case Part.NOON:
            return hour if hour >= 10 else hour + 12
        case Part.AFTERNOON:
            return 12 if hour == 12 else hour + 12
        case Part.EVENING:
            return 24 if hour == 12 else hour + 12
        case Part.NIGHT:
            return hour + 12 if 6 <= hour < 12 else hour % 12
    return hour + 12 if hour <= 6 else hour
