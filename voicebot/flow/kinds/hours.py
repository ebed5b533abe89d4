"""hours: the calendar decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.base import CalendarName, Name, NodeName, Strict
from voicebot.flow.expression_types import TypeOf
from voicebot.flow.expressions.functions.function import DATETIME
from voicebot.flow.walk import Kind, Walk


class HoursOutcomes(Strict):
    """Where the call goes, by what the calendar says."""

    open: NodeName = Field(description="Within the opening hours.")
    closed: NodeName = Field(description="Outside of them.")
    holiday: NodeName | None = Field(
        None, description="Closed for a holiday; the same as closed if left out."
    )
    override: NodeName | None = Field(
        None, description="The override decides; the same as what it says if left out."
    )


class HoursNode(Kind):
    """A calendar decides: open, closed, holiday, or overridden.

    By the time of the call's step, as the clocks on the wall show it in the calendar's zone.
    """

    kind: Literal["hours"]
    calendar: CalendarName = Field(
        description="One of the flow's calendars, or of the configuration."
    )
    opens: Name | None = Field(
        None, description="The name that keeps when it opens next, a date and time."
    )
    outcomes: HoursOutcomes = Field(description="Where the call goes.")

    def kept(self) -> Iterable[str]:
        """When it opens next."""
        return (self.opens,) if self.opens else ()

    def types(self, type_of: TypeOf) -> Mapping[str, str | None]:
        """A date and time."""
        return {self.opens: DATETIME} if self.opens else {}

    def enter(self, walk: Walk) -> None:
        """Look at the calendar."""
        calendar, now = walk.flow.calendar(self.calendar), walk.state.now
        if calendar is None or now is None:
            walk.fail(f"there is no calendar {self.calendar}" if now else "the time is not known")
            return
        if self.opens:
            at = calendar.next_opening(now)
            text = at.isoformat(timespec="minutes") if at else ""
            walk.keep({self.opens: SlotValue(SlotType.DATETIME, text) if at else None})
        found = calendar.status(now)
        target = getattr(self.outcomes, found.why) or getattr(self.outcomes, found.state)
        walk.go(target, found.why)
