"""Calls in groups, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from voicebot.queueing.figures.numbers import (
    CallNumbers,
    QueueNumbers,
    Terms,
    call_numbers,
    queue_numbers,
    repeats,
)
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


def report(
    stories: Iterable[Story],
    *,
    by: By,
    terms: Terms,
    zone: tzinfo | None,
    since: datetime,
    until: datetime,
    known_until: datetime,
) -> list[Group]:
    """The groups in order of their names. Calls that began from `since` to `until` count; later
    ones, up to `known_until`, only tell who called again. `zone`: None for this machine's."""
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
        )
        for name, group in sorted(groups.items())
    ]


def _name(story: Story, by: By, zone: tzinfo | None) -> str:
    match by:
        case By.DAY:
            return story.started.astimezone(zone).date().isoformat()
        case By.FLOW:
            return story.flow or "(not answered)"
        case _:
            return "all"
