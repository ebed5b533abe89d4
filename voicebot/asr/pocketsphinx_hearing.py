"""One utterance with PocketSphinx: the sound is kept here, each reading is one stateless job.

    feed ─▶ sound ─▶ span of speech ─▶ same speech as last time? ─▶ that reading again
                                   └─▶ a job for the pool: the speech and its margins

So the final reading costs nothing where only silence followed the last partial one, and a lost
worker costs a retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.asr.confidence import transcript
from voicebot.asr.grammar import Grammar
from voicebot.asr.jobs import Job, Urgency
from voicebot.asr.settings import AsrSettings
from voicebot.asr.span import speech_span, with_floor, with_margins
from voicebot.asr.wire import Message
from voicebot.asr.workers import WorkerPool
from voicebot.core.audio import Pcm
from voicebot.core.speech import Transcript

_SLACK_MS = 60
"""Speech that ends this much later than what was read is the same speech."""
_SHORTEST_MS = 60


@dataclass(frozen=True, slots=True)
class _Reading:
    job: Job
    until_ms: int
    """Sound up to here was in it."""
    offset_ms: int


class PocketSphinxHearing:
    """The recognition of one utterance (`core.ports.Hearing`)."""

    def __init__(
        self, pool: WorkerPool, grammar: Grammar, settings: AsrSettings, least: float
    ) -> None:
        """Readings of a confidence below `least` are rejected."""
        self._pool = pool
        self._grammar = grammar
        self._settings = settings
        self._least = least
        self._sound: list[Pcm] = []
        self._reading: _Reading | None = None
        self._known = Transcript((), final=True)
        self.evidence: Mapping[str, Any] = {}
        """The engine's last answer as it came, before rejection: for measuring."""

    def feed(self, pcm: Pcm) -> None:
        """More of the utterance; all of one rate."""
        self._sound.append(pcm)

    async def partial(self) -> Transcript:
        """The best reading so far: final, as the same speech is read once. Raises `EngineError`."""
        return await self._read(Urgency.PARTIAL)

    async def finish(self) -> Transcript:
        """The final reading. Raises `EngineError`."""
        return await self._read(Urgency.FINAL)

    def close(self) -> None:
        """Drop the utterance."""
        if self._reading is not None:
            self._reading.job.drop()
        self._sound.clear()

    async def _read(self, urgency: Urgency) -> Transcript:
        pcm = self._joined()
        if pcm.duration_ms < _SHORTEST_MS or not self._grammar.hears:
            return Transcript((), final=True, rejected=bool(len(pcm)))
        reading = self._current(pcm)
        reading.job.urgency = min(reading.job.urgency, urgency)
        answer = await self._pool.answer(reading.job)
        if answer is not None:
            self.evidence = answer
            accept, reject = self._settings.accept_ratio, self._settings.reject_ratio
            self._known = transcript(
                answer, accept, reject, offset_ms=reading.offset_ms, least=self._least
            )
        return self._known

    def _current(self, pcm: Pcm) -> _Reading:
        """The last reading where it holds the same speech, else a new one."""
        last = self._reading
        pcm = with_floor(pcm)
        span = speech_span(pcm)
        if last is not None and span.end_ms <= last.until_ms + _SLACK_MS and _alive(last.job):
            return last
        if last is not None:
            last.job.drop()
        speech, offset_ms = with_margins(pcm, span, self._settings.margin_ms)
        header = {
            "engine": "pocketsphinx",
            "grammar": self._grammar.key,
            "rate": speech.rate,
            "enough": self._settings.enough_ratio,
        }
        parts = (self._grammar.encode(), speech.to_bytes())
        message = Message(header, parts, speech.duration_ms / 1000)
        job = self._pool.submit(lambda _: message, Urgency.PARTIAL)
        self._reading = _Reading(job, round(pcm.duration_ms), offset_ms)
        return self._reading

    def _joined(self) -> Pcm:
        if len(self._sound) > 1:
            self._sound = [Pcm.join(self._sound, self._sound[0].rate)]
        return self._sound[0] if self._sound else Pcm.silence(0, 8_000)


def _alive(job: Job) -> bool:
    """Not dropped, not failed."""
    if not job.result.done():
        return True
    failed = job.result.cancelled() or job.result.exception() is not None
    return not failed and job.result.result() is not None
