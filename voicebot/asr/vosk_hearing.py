"""One utterance with Vosk: sound goes to one worker as it comes; what was sent is kept, so that
another worker can be told all of it when the first is lost."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from voicebot.asr.jobs import Job, Urgency
from voicebot.asr.wire import Message
from voicebot.asr.word_list import UNKNOWN
from voicebot.asr.workers import WorkerPool
from voicebot.core.audio import Pcm
from voicebot.core.speech import Hypothesis, Transcript, Word

_SEND_MS = 200
"""Sound is sent in pieces of this length while nobody asks."""
_MAX_UNKNOWN = 0.5
"""More unknown words than this part: speech that was not expected."""
_names = itertools.count()


class VoskHearing:
    """The recognition of one utterance (`core.ports.Hearing`)."""

    def __init__(self, pool: WorkerPool, language: str, grammar: list[str]) -> None:
        """An empty grammar lets anything be said."""
        self._pool = pool
        self._language = language
        self._grammar = grammar
        self._name = f"u{next(_names)}"
        self._sound = bytearray()
        self._rate = 0
        self._worker: int | None = None
        self._sent = 0
        self._queued = 0
        self._sending: Job | None = None
        self._known: Transcript | None = None

    def feed(self, pcm: Pcm) -> None:
        """More of the utterance; all of one rate. Sent on once enough is there."""
        self._rate = pcm.rate
        self._sound += pcm.to_bytes()
        waiting_ms = (len(self._sound) - self._queued) * 500 / pcm.rate
        idle = self._sending is None or self._sending.result.done()
        if waiting_ms >= _SEND_MS and idle:
            self._queued = len(self._sound)
            self._sending = self._submit("nothing", Urgency.BACKGROUND)

    async def partial(self) -> Transcript:
        """The best reading so far. Raises `EngineError`."""
        if not self._sound:
            return self._empty(final=False)
        answer = await self._pool.answer(self._submit("partial", Urgency.PARTIAL))
        return self._transcript(answer or {}, final=False)

    async def finish(self) -> Transcript:
        """The final reading. Raises `EngineError`."""
        if self._known is None:
            self._known = await self._final()
        return self._known

    async def _final(self) -> Transcript:
        if not self._sound:
            return self._empty(final=True)
        answer = await self._pool.answer(self._submit("final", Urgency.FINAL))
        self._worker = None
        return self._transcript(answer or {}, final=True)

    def close(self) -> None:
        """Drop the utterance, here and in the worker."""
        if self._sending is not None:
            self._sending.drop()
        if self._worker is not None:
            self._submit("close", Urgency.BACKGROUND)
        self._sound.clear()

    def _submit(self, want: str, urgency: Urgency) -> Job:
        return self._pool.submit(lambda number: self._message(want, number), urgency, self._pinned)

    def _pinned(self) -> int | None:
        return self._worker

    def _message(self, want: str, number: int) -> Message:
        """What this worker has not heard yet; all of it for one that is new to the utterance."""
        header: dict[str, Any] = {
            "engine": f"vosk:{self._language}",
            "utterance": self._name,
            "want": want,
        }
        if want == "close":
            return Message(header, (b"",))
        if number != self._worker:
            self._worker, self._sent = number, 0
            header |= {"grammar": self._grammar, "rate": self._rate}
        sound = bytes(self._sound[self._sent :])
        self._sent = len(self._sound)
        return Message(header, (sound,), len(sound) / (2 * self._rate))

    def _transcript(self, answer: Mapping[str, Any], *, final: bool) -> Transcript:
        if "readings" in answer:
            return self._of_several(answer["readings"], final=final)
        heard = [_word(word) for word in answer.get("words", ())]
        known = tuple(word for word in heard if word.text != UNKNOWN)
        if heard and len(heard) - len(known) > _MAX_UNKNOWN * len(heard):
            return replace(self._empty(final=final), rejected=True)
        if not known:
            return self._empty(final=final)
        mean = sum(word.confidence for word in known) / len(heard)
        best = Hypothesis(" ".join(word.text for word in known), round(mean, 3), known)
        return Transcript((best,), final, self._language)

    def _of_several(self, readings: Sequence[Mapping[str, Any]], *, final: bool) -> Transcript:
        """Of a free utterance: the best reading and others."""
        found = []
        for reading in readings:
            words = tuple(_word(word) for word in reading["words"] if word["word"] != UNKNOWN)
            if words:
                text = " ".join(word.text for word in words)
                found.append(Hypothesis(text, round(min(1.0, reading["conf"]), 3), words))
        return Transcript(tuple(found), final, self._language)

    def _empty(self, *, final: bool) -> Transcript:
        return Transcript((), final, self._language)


def _word(word: Mapping[str, Any]) -> Word:
    start, end = round(word["start"] * 1000), round(word["end"] * 1000)
    return Word(word["word"], start, end, round(min(1.0, word.get("conf", 0.0)), 3))
