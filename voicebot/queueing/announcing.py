"""What a waiting caller is told, and when: the place, the expected wait, or nothing.

The first time on joining; then only what has become better, and not too often. A wait that is
expected is rounded up, and never told to be longer than it was told before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from voicebot.core.queueing import QueueSpec

LEAST_EVERY_MS = 15_000
MINUTE_MS = 60_000
COARSE_FROM_MS = 600_000
"""From ten minutes on, in steps of five."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told, at one moment of the wait."""

    at_ms: int
    """Time waited."""
    place: int = 0
    """1 for the next; 0: not told."""
    more_than: int = 0
    """In place of the place: more than so many are ahead; 0: not told."""
    wait_ms: int | None = None
    """Whole minutes; None: not told."""


def announce(
    queue: QueueSpec,
    last: Announcement | None,
    *,
    place: int,
    expected_ms: int | None,
    waited_ms: int,
) -> Announcement | None:
    """What to tell now; None for nothing. `last` is what was told last, `place` 0 while a phone
    rings for the caller."""
    every_ms = max(LEAST_EVERY_MS, queue.announce_every_ms)
    if place < 1 or (last is not None and waited_ms - last.at_ms < every_ms):
        return None
    shown, beyond = _place(queue, place)
    if last is not None:
        shown = shown if not last.place or shown < last.place else 0
        beyond = 0 if last.more_than or last.place else beyond
    wait_ms = _wait(expected_ms, last, better=bool(shown))
    if not shown and not beyond and wait_ms is None:
        return None
    return Announcement(waited_ms, shown, beyond, wait_ms)


def told(last: Announcement | None, now: Announcement) -> Announcement:
    """What the caller knows after `now`."""
    if last is None:
        return now
    return Announcement(
        now.at_ms,
        now.place or last.place,
        now.more_than or last.more_than,
        last.wait_ms if now.wait_ms is None else now.wait_ms,
    )


def rounded_up(expected_ms: int) -> int:
    """To a minute; from ten minutes on to five."""
    step_ms = MINUTE_MS if expected_ms <= COARSE_FROM_MS else 5 * MINUTE_MS
    return step_ms * math.ceil(expected_ms / step_ms)


def _place(queue: QueueSpec, place: int) -> tuple[int, int]:
    if not queue.announce_position:
        return 0, 0
    beyond = bool(queue.announce_up_to) and place > queue.announce_up_to
    return (0, queue.announce_up_to) if beyond else (place, 0)


def _wait(expected_ms: int | None, last: Announcement | None, *, better: bool) -> int | None:
    """Nothing for one who is about to be served, or of whom nothing is known."""
    if not expected_ms:
        return None
    wait_ms = rounded_up(expected_ms)
    if last is None or last.wait_ms is None:
        return wait_ms
    return wait_ms if wait_ms < last.wait_ms or (better and wait_ms == last.wait_ms) else None
