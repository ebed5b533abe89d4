"""How long a caller is likely to wait.

    EWT = position * AHT_recent / effective_agents

`position` is 1 for the next. An agent who serves several queues in which callers wait counts
for a part of one in each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from voicebot.queueing.snapshot import Agent

LEAST_SAMPLES = 10
"""Below so many contacts nothing is known."""
RECENT = 50
"""So many contacts make the moving mean."""
MOST_MS = 3_600_000


def expected_wait_ms(
    position: int, recent_ms: Sequence[int], effective: float, free: int
) -> int | None:
    """Rounded up to a second and clamped to an hour; None where nothing is known. `recent_ms` are
    talk, hold and wrap-up of the latest contacts; `free` agents could take a call now."""
    if free >= position:
        return 0
    if effective <= 0 or len(recent_ms) < LEAST_SAMPLES:
        return None
    mean_ms = sum(recent_ms) / len(recent_ms)
    return min(MOST_MS, 1000 * math.ceil(position * mean_ms / effective / 1000))


def effective_agents(agents: Iterable[Agent], active: frozenset[str]) -> float:
    """Those present, each by one over the number of active queues that it serves."""
    return sum(1 / max(1, len(active.intersection(a.spec.queues))) for a in agents if a.present)
