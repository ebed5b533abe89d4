"""Engines that hear and speak without sound: text is marked in the samples.

`SimSpeech.pcm` makes sound that stands for a text: all its samples have a value that only that text
has. `SimVad` takes such sound for speech, and `SimRecognizer` reads the text back from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import numpy as np

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Expectation
from voicebot.core.ports import Audio, BackendReply, BackendRequest, Hearing
from voicebot.core.prompt import Prompt
from voicebot.core.record import Fact
from voicebot.core.speech import Hypothesis, Transcript, Voicing
from voicebot.prompts.text import words_of

_FIRST_MARK = 1_000
"""Sample value of the first text; quieter sound is no speech."""


class SimSpeech:
    """The texts that have been marked."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def pcm(self, text: str, rate: int) -> Pcm:
        """Sound for `text`, as long as saying it takes."""
        if text not in self._texts:
            self._texts.append(text)
        mark = _FIRST_MARK + self._texts.index(text)
        samples = rate * speaking_ms(text) // 1000
        return Pcm(np.full(samples, mark, dtype=np.int16), rate)

    def texts(self, pcm: Pcm) -> str:
        """The texts marked in a sound, in order."""
        marks = dict.fromkeys(int(v) - _FIRST_MARK for v in pcm.samples if v >= _FIRST_MARK)
        return " ".join(self._texts[mark] for mark in marks)


def speaking_ms(text: str) -> int:
    """How long saying a text takes: 65 ms a letter, 220 ms a Chinese character."""
    return 200 + sum(220 if ord(letter) > 0x2E80 else 65 for letter in text)


class SimVad:
    """Implements `core.ports.Vad`."""

    def __init__(self) -> None:
        self._loud = False

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        self._loud = bool(heard.samples.max() >= _FIRST_MARK)
        return False

    def judge(self) -> Voicing:
        return Voicing(self._loud, self._loud, -20.0 if self._loud else -100.0)


class SimRecognizer:
    """Implements `core.ports.Recognizer`."""

    def __init__(self, speech: SimSpeech) -> None:
        self.speech = speech
        self.broken = False
        """True: every recognition fails."""
        self.delay_s = 0.0
        """Every answer takes so long."""
        self.readings: Mapping[str, tuple[Hypothesis, ...]] = {}
        """What is made of words, best first; of others, just these words."""

    def hear(self, expectation: Expectation) -> Hearing:
        return _SimHearing(self, expectation.language)


class _SimHearing:
    def __init__(self, recognizer: SimRecognizer, language: str) -> None:
        self._recognizer = recognizer
        self._language = language
        self._sound: list[Pcm] = []

    def feed(self, pcm: Pcm) -> None:
        self._sound.append(pcm)

    async def partial(self) -> Transcript:
        return await self._answer()

    async def finish(self) -> Transcript:
        return await self._answer()

    def close(self) -> None:
        self._sound.clear()

    async def _answer(self) -> Transcript:
        if self._recognizer.delay_s:
            await asyncio.sleep(self._recognizer.delay_s)
        return self._read()

    def _read(self) -> Transcript:
        if self._recognizer.broken:
            raise EngineError("the recognizer is broken")
        sound = Pcm.join(self._sound, self._sound[0].rate if self._sound else 8_000)
        text = self._recognizer.speech.texts(sound)
        usual = (Hypothesis(text, 0.94),) if text else ()
        readings = self._recognizer.readings.get(text, usual)
        return Transcript(readings, final=True, language=self._language)


class SimVoice:
    """Implements `core.ports.Voice`: soft sound of the right length."""

    def __init__(self) -> None:
        self.broken = False
        """True: every synthesis fails."""

    async def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        if self.broken:
            raise EngineError("the synthesizer is broken")
        yield Pcm(np.ones(rate * speaking_ms(self.text(prompt)) // 1000, dtype=np.int16), rate)

    def text(self, prompt: Prompt) -> str:
        return words_of(prompt)

    def fallback(self, language: str, rate: int) -> Pcm:
        return Pcm(np.full(rate, 2, dtype=np.int16), rate)


class SimBackend:
    """Implements `core.ports.Backend`: replies by method and path, after a while."""

    def __init__(self, replies: dict[tuple[str, str], BackendReply] | None = None) -> None:
        self.replies = replies or {}
        self.delay_s = 0.0
        """How long every answer takes."""
        self.requests: list[BackendRequest] = []

    async def request(self, request: BackendRequest) -> BackendReply:
        self.requests.append(request)
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                await asyncio.sleep(self.delay_s)
        except TimeoutError:
            raise EngineError("back end: timeout") from None
        path = "/" + request.url.split("://", 1)[-1].split("/", 1)[-1].split("?")[0]
        try:
            return self.replies[request.method, path]
        except KeyError:
            raise EngineError("the back end does not answer") from None


class SimJournal:
    """Implements `core.ports.Journal`: a list."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def write(self, fact: Fact) -> None:
        self.facts.append(fact)


class SimRecording:
    """Implements `core.ports.Recording`: frames in memory; None where it was paused."""

    def __init__(self) -> None:
        self.frames: list[Audio | None] = []
        self.closed = False
        self.failure = ""
        self._paused = False

    def add(self, audio: Audio) -> None:
        self.frames.append(None if self._paused else audio)

    def pause(self, *, on: bool) -> None:
        self._paused = on

    def close(self) -> None:
        self.closed = True
