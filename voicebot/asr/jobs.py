"""Questions to recognizer processes, and which one goes first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from voicebot.asr import wire
from voicebot.core.errors import EngineError

STUCK, DIED, GIVEN_UP = 3, 2, 6
"""A job is given up after two workers were stuck with it, or three died: workers may die together,
for want of memory, without the job's doing."""
_TOO_LONG_S = 0.8
"""A caller who has waited so long for a worker, and then waits for the decode, notices."""


class Urgency(IntEnum):
    """Which job goes first."""

    FINAL = 0
    PARTIAL = 1
    BACKGROUND = 2


@dataclass(eq=False, slots=True)
class Job:
    """One question to a worker."""

    build: Callable[[int], wire.Message]
    """The message, for the worker of that number."""
    urgency: Urgency
    result: asyncio.Future[Mapping[str, Any] | None]
    """The answer; None where the job was dropped."""
    pinned: Callable[[], int | None]
    """The worker that must do it, if it lives; asked whenever a worker is free."""
    failures: int = 0
    """By weight, see `GIVEN_UP`."""
    started: bool = False
    queued_s: float = field(default_factory=time.monotonic)

    @classmethod
    def of(
        cls,
        build: Callable[[int], wire.Message],
        urgency: Urgency,
        pinned: Callable[[], int | None],
        *,
        started: bool = False,
    ) -> Job:
        """A job that the running loop waits for."""
        result = asyncio.get_running_loop().create_future()
        # Whoever dropped the job need not look at what became of it.
        result.add_done_callback(lambda future: future.cancelled() or future.exception())
        return cls(build, urgency, result, pinned, started=started)

    def drop(self) -> None:
        """Nobody waits for it any more. What runs already runs to its end."""
        if not self.started and not self.result.done():
            self.result.set_result(None)

    def fail(self, reason: str) -> None:
        """Whoever waits for it hears an `EngineError`."""
        if not self.result.done():
            self.result.set_exception(EngineError(reason))


def most_urgent(jobs: Sequence[Job]) -> Job:
    """The oldest of the most urgent; where it waits too long already, the youngest: there is more
    to do than can be done, and in order of age every answer would come too late."""
    first = min(jobs, key=lambda job: job.urgency)
    if time.monotonic() - first.queued_s <= _TOO_LONG_S or first.urgency is Urgency.BACKGROUND:
        return first
    return [job for job in jobs if job.urgency is first.urgency][-1]
