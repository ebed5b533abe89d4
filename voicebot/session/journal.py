"""One call's pen for the journal: numbers the facts and stamps their time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.call_context import CallContext, take
from voicebot.core.ports import Journal, SoundReport
from voicebot.core.record import Fact, FactKind

Clock = Callable[[], datetime]


class CallClock:
    """The wall clock as it stood when a call began, and steady from then on.

    What comes a moment after something is stamped a moment after it, however the machine's clock
    is set meanwhile: no call ends before it was answered.
    """

    def __init__(self, wall: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._began, self._began_s = wall(), self._loop.time()

    def __call__(self) -> datetime:
        return self._began + timedelta(seconds=self._loop.time() - self._began_s)


class Pen:
    """Writes facts of one call, in order."""

    def __init__(
        self, journal: Journal, call: CallId, *, now_ms: Callable[[], int], clock: Clock
    ) -> None:
        self._journal = journal
        self._call = call
        self.now_ms = now_ms
        """The time in the call."""
        self._clock = clock
        self._seq = 0
        self.known = CallContext(call, clock())
        """What whoever takes the call is to know, as of the last fact."""

    def write(self, kind: FactKind, **data: Any) -> None:
        """Append a fact of now."""
        fact = Fact(self._call, self._seq, self.now_ms(), self._clock(), kind, data)
        self._seq += 1
        self.known = take(self.known, fact)
        self._journal.write(fact)

    def time(self) -> datetime:
        """The wall clock, as facts have it."""
        return self._clock()

    def measured(self, leg: str, sound: SoundReport | None) -> None:
        """Append how a leg's sound was carried; `leg` is `caller` or `agent`."""
        if sound is not None:
            self.write(FactKind.MEASURED, leg=leg, **asdict(sound))
