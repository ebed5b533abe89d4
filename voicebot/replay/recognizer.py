"""Today's recognizer in virtual time: it answers when it answered then.

How long a reading took decides when an utterance ends. So each comes at the time at which that of
the same moment came; one that was not asked for then takes as long as most of the others did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from statistics import median_low
from typing import Any

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Expectation
from voicebot.core.ports import Hearing, Recognizer
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.replay.recorded import RecordedCall

USUAL_MS = 120
"""A reading's time where nothing is known of others."""
_NEVER_S = 3_600


class Readings:
    """What became of each reading then."""

    def __init__(self, call: RecordedCall) -> None:
        reads = list(call.of(FactKind.READ))
        self._reads = {(int(f.data["asked_ms"]), bool(f.data["final"])): f for f in reads}
        self._toned = [f for f in call.of(FactKind.HEARD) if f.seq in call.stand_ins]
        took = [f.at_ms - int(f.data["asked_ms"]) for f in reads if not f.data.get("error")]
        self._usual_ms = median_low(took) if took else USUAL_MS

    async def wait(self, asked_ms: int, *, final: bool) -> None:
        """Return when the answer to what is asked now came. Raises `EngineError` where it
        failed."""
        fact = self._reads.get((asked_ms, final))
        await asyncio.sleep(self._delay_s(fact, asked_ms))
        if fact is not None and fact.data.get("error") == "failed":
            raise EngineError("speech recognition failed then")

    def stand_in(self, asked_ms: int, language: str, *, final: bool) -> Transcript | None:
        """What was read then of sound that is a tone now; None where it can be read."""
        heard = next((f for f in self._toned if _is_within(f, asked_ms)), None)
        if heard is None:
            return None
        read = self._reads.get((asked_ms, final))
        if final or (read is not None and read.at_ms >= heard.at_ms):
            return transcript_of(heard.data, language, final=final)
        return transcript_of(read.data if read is not None else {}, language, final=False)

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
        hearing = self._engine.hear(expectation)
        return _TimedHearing(hearing, self._readings, self._now_ms, expectation.language)


class _TimedHearing:
    def __init__(
        self, hearing: Hearing, readings: Readings, now_ms: Callable[[], int], language: str
    ) -> None:
        self._hearing, self._readings, self._now_ms = hearing, readings, now_ms
        self._language = language

    def feed(self, pcm: Pcm) -> None:
        self._hearing.feed(pcm)

    async def partial(self) -> Transcript:
        asked_ms, transcript = self._now_ms(), await self._hearing.partial()
        await self._readings.wait(asked_ms, final=False)
        return self._stand_in(asked_ms, final=False) or transcript

    async def finish(self) -> Transcript:
        asked_ms, transcript = self._now_ms(), await self._hearing.finish()
        await self._readings.wait(asked_ms, final=True)
        return self._stand_in(asked_ms, final=True) or transcript

    def close(self) -> None:
        self._hearing.close()

    def _stand_in(self, asked_ms: int, *, final: bool) -> Transcript | None:
        return self._readings.stand_in(asked_ms, self._language, final=final)


def _is_within(heard: Fact, asked_ms: int) -> bool:
    return int(heard.data["start_ms"]) <= asked_ms <= heard.at_ms


def transcript_of(data: Mapping[str, Any], language: str, *, final: bool = True) -> Transcript:
    """What was recognized, as a `heard` or `read` fact has it."""
    text, others = str(data.get("text") or ""), list(data.get("hypotheses", ()))
    sure = float(data.get("confidence") or 0)
    levels = list(data.get("confidences", ())) or [sure * 0.9] * len(others)
    best = [Hypothesis(text, sure)] if text else []
    rest = [Hypothesis(str(t), float(c)) for t, c in zip(others, levels, strict=False)]
    return Transcript((*best, *rest), final, language, bool(data.get("rejected")))
