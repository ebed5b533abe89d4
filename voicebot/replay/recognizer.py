"""Today's recognizer in virtual time: it answers when it answered then.

How long a reading took decides when an utterance ends. So each comes at the time at which that of
the same moment came; one that was not asked for then takes as long as most of the others did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median_low

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Expectation
from voicebot.core.ports import Hearing, Recognizer
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Transcript
from voicebot.replay.recorded import RecordedCall

USUAL_MS = 120
"""A reading's time where nothing is known of others."""
_NEVER_S = 3_600


class Readings:
    """What became of each reading then."""

    def __init__(self, call: RecordedCall) -> None:
        reads = list(call.of(FactKind.READ))
        self._reads = {(int(f.data["asked_ms"]), bool(f.data["final"])): f for f in reads}
        took = [f.at_ms - int(f.data["asked_ms"]) for f in reads if not f.data.get("error")]
        self._usual_ms = median_low(took) if took else USUAL_MS

    async def wait(self, asked_ms: int, *, final: bool) -> None:
        """Return when the answer to what is asked now came. Raises `EngineError` where it
        failed."""
        fact = self._reads.get((asked_ms, final))
        await asyncio.sleep(self._delay_s(fact, asked_ms))
        if fact is not None and fact.data.get("error") == "failed":
            raise EngineError("speech recognition failed then")

    def _delay_s(self, fact: Fact | None, asked_ms: int) -> float:
        took_ms = self._usual_ms
        if fact is not None:
            if fact.data.get("error") in ("dropped", "late"):
                return _NEVER_S
            took_ms = fact.at_ms - asked_ms
        return max(0.0, (took_ms - FRAME_MS / 2) / 1000)


class ReplayRecognizer:
    """Implements `core.ports.Recognizer` for one call."""

    def __init__(self, engine: Recognizer, readings: Readings, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the time of the call then."""
        self._engine, self._readings, self._now_ms = engine, readings, now_ms

    def hear(self, expectation: Expectation) -> Hearing:
        """A new utterance."""
        return _TimedHearing(self._engine.hear(expectation), self._readings, self._now_ms)


class _TimedHearing:
    def __init__(self, hearing: Hearing, readings: Readings, now_ms: Callable[[], int]) -> None:
        self._hearing, self._readings, self._now_ms = hearing, readings, now_ms

    def feed(self, pcm: Pcm) -> None:
        self._hearing.feed(pcm)

    async def partial(self) -> Transcript:
        asked_ms, transcript = self._now_ms(), await self._hearing.partial()
        await self._readings.wait(asked_ms, final=False)
        return transcript

    async def finish(self) -> Transcript:
        asked_ms, transcript = self._now_ms(), await self._hearing.finish()
        await self._readings.wait(asked_ms, final=True)
        return transcript

    def close(self) -> None:
        self._hearing.close()
