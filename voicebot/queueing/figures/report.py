"""Calls in groups, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from voicebot.queueing.figures.numbers import (
    CallNumbers,
    QueueNumbers,
    Terms,
    call_numbers,
    queue_numbers,
    repeats,
)
from voicebot.queueing.figures.occupancy import AgentLine, at_work_ms, occupancy
from voicebot.queueing.figures.story import Story


class By(StrEnum):
    """What calls are grouped by."""

    ALL = "all"
    DAY = "day"
    QUEUE = "queue"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a report."""

    name: str
    queue: QueueNumbers
    call: CallNumbers | None
    """None by queue: a call may have been in several."""
    occupancy: float | None = None
    """Of all agents within the period or day; None by queue and flow, or where nobody was."""


def report(
    stories: Iterable[Story],
    *,
    by: By,
    terms: Terms,
    zone: tzinfo | None,
    since: datetime,
    until: datetime,
    known_until: datetime,
    agents: Sequence[AgentLine] = (),
) -> list[Group]:
    """The groups in order of their names. Calls that began from `since` to `until` count; later
    ones, up to `known_until`, only tell who called again. `zone`: None for this machine's. `agents`
    is their history, from before `since` on."""
    every = list(stories)
    again = repeats(every)
    counted = [story for story in every if since <= story.started < until]
    if by is By.QUEUE:
        stays = [stay for story in counted for stay in story.stays]
        names = sorted({stay.queue for stay in stays})
        return [
            Group(name, queue_numbers([s for s in stays if s.queue == name], terms), None)
            for name in names
        ]
    groups: dict[str, list[Story]] = {}
    for story in counted:
        groups.setdefault(_name(story, by, zone), []).append(story)
    return [
        Group(
            name,
            queue_numbers([stay for story in group for stay in story.stays], terms),
            call_numbers(group, again, known_until),
            _occupancy(group, by, name, agents, (since, until), zone),
        )
        for name, group in sorted(groups.items())
    ]


def _occupancy(
    stories: list[Story],
    by: By,
    name: str,
    agents: Sequence[AgentLine],
    period: tuple[datetime, datetime],
    zone: tzinfo | None,
) -> float | None:
    if by not in (By.ALL, By.DAY):
        return None
    since, until = period
    if by is By.DAY:
        day = datetime.combine(date.fromisoformat(name), time(), zone).astimezone(zone)
        after = datetime.combine(day.date() + timedelta(days=1), time(), zone).astimezone(zone)
        since, until = max(since, day), min(until, after)
    work_ms = at_work_ms(agents, _ms(since), _ms(until))
    return occupancy(work_ms, [stay for story in stories for stay in story.stays])


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _name(story: Story, by: By, zone: tzinfo | None) -> str:
    match by:
        case By.DAY:
            return story.started.astimezone(zone).date().isoformat()
        case By.FLOW:
            return story.flow or "(not answered)"
        case _:
            return "all"
