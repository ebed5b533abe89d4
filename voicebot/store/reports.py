"""A report over the calls and agents of a database: what commands and the console show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from voicebot.queueing.figures.numbers import REPEAT, Terms
from voicebot.queueing.figures.report import By, Group, report
from voicebot.queueing.figures.story import KINDS, story_of
from voicebot.queueing.figures.wrap_ups import with_wrap_ups
from voicebot.store.calls import CallStore


@dataclass(frozen=True, slots=True)
class Preset:
    """A service level that somebody promises: such a share answered within so long."""

    share: float
    within_s: float


PRESETS = {"80/20": Preset(0.8, 20.0), "95/180": Preset(0.95, 180.0)}
"""By name. The share is that of SL3: of all who waited, without short abandons."""


def make_report(
    store: CallStore,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    by: By = By.ALL,
    terms: Terms | None = None,
    zone: tzinfo | None = None,
) -> list[Group]:
    """The groups. Blocks. Raises `DatabaseAway`."""
    known_until = min(now, until + REPEAT)
    # A call that began before may have been followed by one of these: it does not count here.
    wrap_ups = store.wrap_ups(since, known_until)
    journals = store.journals(since, known_until, KINDS)
    found = (story_of(with_wrap_ups(facts, wrap_ups)) for facts in journals)
    return report(
        [story for story in found if story is not None],
        by=by,
        terms=terms or Terms(),
        zone=zone,
        since=since,
        until=until,
        known_until=known_until,
        agents=store.agent_lines(until),
    )


def group_json(group: Group, preset: Preset | None = None) -> dict[str, Any]:
    """As JSON; with a preset, whether it was met."""
    call = asdict(group.call) if group.call else None
    row: dict[str, Any] = {"name": group.name, "queue": asdict(group.queue), "call": call}
    row["occupancy"] = group.occupancy
    if preset is not None:
        row["target"] = {**asdict(preset), "met": is_met(group, preset)}
    return row


def is_met(group: Group, preset: Preset) -> bool | None:
    """None where nobody waited."""
    return None if group.queue.sl3 is None else group.queue.sl3 >= preset.share
