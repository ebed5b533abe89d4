"""Opening hours: weekly times, holidays, an override. All by the clocks on the wall.

    calendars:
      office:
        time_zone: Europe/Berlin
        open: {mon-fri: "09:00-12:30, 13:30-18:00", sat: "22:00-02:00"}
        holidays:
          - {date: 12-25, to: 12-26, name: Christmas}
          - {date: 2026-12-24, open: "09:00-12:00"}
        override: "${env:OFFICE_OVERRIDE:-none}"

A time that passes midnight belongs to the day that it begins on. On the day that the clocks are put
forward or back, nine o'clock is nine o'clock: times are compared as the wall shows them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from voicebot.flow.base import Strict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_DAY_MINUTES = 24 * 60
_SEARCH_DAYS = 800
"""How far ahead the next opening is looked for: past two Christmases."""

Span = tuple[int, int]
"""Minutes from midnight, from and up to; past `_DAY_MINUTES` on the next day."""


def _to_text(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def read_spans(text: str) -> tuple[Span, ...]:
    """The times of a day. Raises `ValueError`."""
    if text.strip() in ("", "closed"):
        return ()
    return tuple(_span(part.strip()) for part in text.split(","))


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no time; write 09:00-17:30, several with commas, or closed")
    start, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
    if max(start, end) > _DAY_MINUTES or start == _DAY_MINUTES:
        raise ValueError(f"{text}: a day ends at 24:00")
    return start, end if end > start else end + _DAY_MINUTES


def _checked_times(text: str) -> str:
    read_spans(text)
    return text


Times = Annotated[
    str,
    BeforeValidator(_to_text, json_schema_input_type=str | list[str]),
    AfterValidator(_checked_times),
]
"""`09:00-12:00, 13:00-17:00`, `22:00-02:00` over midnight, or `closed`."""


def read_days(text: str) -> tuple[int, ...]:
    """`mon-fri`, `sat`, `mon, wed`, `daily`: days from 0 for Monday. Raises `ValueError`."""
    if text == "daily":
        return tuple(range(7))
    return tuple(day for part in text.split(",") for day in _days(part.strip().lower()))


def _days(text: str) -> Iterator[int]:
    first, dash, last = (part.strip()[:3] for part in text.partition("-"))
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"{text} is no day; write mon, mon-fri, or daily")
    start, end = DAYS.index(first), DAYS.index(last or first)
    yield from (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def _checked_days(text: str) -> str:
    read_days(text)
    return text


Days = Annotated[str, AfterValidator(_checked_days)]
"""`mon`, `mon-fri`, `sat, sun` or `daily`."""


def _checked_date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no date; write 2026-12-25, or 12-25 for every year")
    datetime.date(int(found[1] or 2024), int(found[2]), int(found[3]))
    return text


def _written_date(value: object) -> object:
    """TOML has dates of its own."""
    return value.isoformat() if type(value) is datetime.date else value


Date = Annotated[
    str,
    BeforeValidator(_written_date, json_schema_input_type=str),
    AfterValidator(_checked_date),
]
"""`2026-12-25`, or `12-25` for every year."""


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name}; write one such as Europe/Berlin") from None
    return name


class Holiday(Strict):
    """A day, or several, with hours of their own."""

    date: Date = Field(description="The day: 2026-12-25, or 12-25 for every year.")
    to: Date | None = Field(None, description="The last day, written as `date` is.")
    name: str = Field("", description="What it is called.")
    open: Times = Field("closed", description="When it is open all the same.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.to is not None and len(self.to) != len(self.date):
            raise ValueError("write both dates with a year, or both without")
        if self.to is not None and self.to < self.date and len(self.date) > 5:
            raise ValueError("it ends before it begins")
        return self

    def covers(self, day: datetime.date) -> bool:
        """Whether the day is one of it."""
        text = day.isoformat()[-len(self.date) :]
        last = self.to or self.date
        if last < self.date:  # Over the turn of every year.
            return text >= self.date or text <= last
        return self.date <= text <= last


@dataclass(frozen=True, slots=True)
class CalendarStatus:
    """What a calendar says of a moment."""

    state: Literal["open", "closed"]
    why: Literal["open", "closed", "holiday", "override"]


class Calendar(Strict):
    """When somebody is there."""

    time_zone: Annotated[str, AfterValidator(_checked_zone)] | None = Field(
        None, description="IANA name, such as Europe/Berlin; the call's if left out."
    )
    open: dict[Days, Times] = Field(
        description="Times by days: `mon-fri: 09:00-17:00`; a day that is not named is closed."
    )
    holidays: tuple[Holiday, ...] = Field(
        (), description="Days that are otherwise; of several that fit, the first counts."
    )
    override: Literal["none", "open", "closed"] = Field(
        "none", description="For emergencies: open or closed, whatever the rest says."
    )

    @cached_property
    def _week(self) -> dict[int, tuple[Span, ...]]:
        return {
            day: read_spans(times) for days, times in self.open.items() for day in read_days(days)
        }

    def local(self, now: datetime.datetime) -> datetime.datetime:
        """A moment as the wall shows it, without a zone."""
        zone = ZoneInfo(self.time_zone) if self.time_zone else now.tzinfo
        return now.astimezone(zone).replace(tzinfo=None)

    def status(self, now: datetime.datetime) -> CalendarStatus:
        """What holds at a moment; `now` has a zone."""
        if self.override != "none":
            return CalendarStatus(self.override, "override")
        wall = self.local(now)
        minute, today = wall.hour * 60 + wall.minute, wall.date()
        yesterday = today - datetime.timedelta(days=1)
        late = minute + _DAY_MINUTES
        if _within(minute, self.spans(today)) or _within(late, self.spans(yesterday)):
            return CalendarStatus("open", "open")
        is_holiday = self.holiday(today) is not None
        return CalendarStatus("closed", "holiday" if is_holiday else "closed")

    def holiday(self, day: datetime.date) -> Holiday | None:
        """The holiday that the day is."""
        return next((holiday for holiday in self.holidays if holiday.covers(day)), None)

    def spans(self, day: datetime.date) -> tuple[Span, ...]:
        """When it is open, on times that begin on the day."""
        holiday = self.holiday(day)
        return read_spans(holiday.open) if holiday else self._week.get(day.weekday(), ())

    def next_opening(self, now: datetime.datetime) -> datetime.datetime | None:
        """When it opens after `now`, as the wall shows it; None where that is not in sight."""
        wall = self.local(now)
        for ahead in range(_SEARCH_DAYS):
            day = wall.date() + datetime.timedelta(days=ahead)
            midnight = datetime.datetime.combine(day, datetime.time())
            for start, _ in sorted(self.spans(day)):
                at = midnight + datetime.timedelta(minutes=start)
                if at > wall:
                    return at
        return None


def _within(minute: int, spans: tuple[Span, ...]) -> bool:
    return any(start <= minute < end for start, end in spans)
