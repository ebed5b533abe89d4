"""Occupancy from agents' history and their calls: a pure fold.

    occupancy = (talk + hold + wrap-up) / (that + available)

The history says when agents came, went and paused; the calls say what they did while they were
there. Who was there, had no caller and no phone ringing was available.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voicebot.queueing.figures.story import Stay

AWAY = ("offline", "paused")


@dataclass(frozen=True, slots=True)
class AgentLine:
    """From then on an agent was in that state."""

    agent: str
    time_ms: int
    """Since 1970, by the store's clock."""
    state: str


def at_work_ms(lines: Iterable[AgentLine], since_ms: int, until_ms: int) -> int:
    """How long agents were logged in and not paused within a period, all together."""
    total, last = 0, dict[str, AgentLine]()
    for line in sorted(lines, key=lambda line: line.time_ms):
        total += _there_ms(last.get(line.agent), line.time_ms, since_ms, until_ms)
        last[line.agent] = line
    return total + sum(_there_ms(line, until_ms, since_ms, until_ms) for line in last.values())


def _there_ms(line: AgentLine | None, end_ms: int, since_ms: int, until_ms: int) -> int:
    if line is None or line.state in AWAY:
        return 0
    return max(0, min(end_ms, until_ms) - max(line.time_ms, since_ms))


def occupancy(work_ms: int, stays: Sequence[Stay]) -> float | None:
    """Of agents who were at work for so long and had these stays; None where nobody was."""
    busy_ms = sum(stay.talk_ms + stay.wrap_up_ms for stay in stays)
    ringing_ms = sum(stay.ringing_ms for stay in stays)
    available_ms = max(0, work_ms - busy_ms - ringing_ms)
    whole_ms = busy_ms + available_ms
    return busy_ms / whole_ms if work_ms > 0 and whole_ms else None
