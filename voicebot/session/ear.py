"""Hears one utterance after the other: endpointing, recognition, understanding.

frame ─▶ vad ─▶ endpointing ─▶ begins: a hearing, with the sound from before the onset
                               pauses: what is it so far? does it answer the question already?
                               ends:   what was it? ─▶ Utterance

Where the reading at the pause is final already, nobody is asked again: the answer comes on the
frame that ends the utterance.

What is read is what was heard up to the frame that asked for it, however late it is begun;
and when it answered is in the journal. So the same sound is understood the same again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import EngineError
from voicebot.core.meaning import Interpretation, Match
from voicebot.core.ports import Hearing
from voicebot.core.record import FactKind
from voicebot.core.speech import Transcript, Voicing
from voicebot.flow.actions import Listen
from voicebot.session.context import Context
from voicebot.session.line import Frame
from voicebot.session.tasks import Work
from voicebot.turns.endpointing import (
    Endpointer,
    EndpointEvent,
    EndReason,
    Paused,
    SpeechEnded,
    SpeechStarted,
)

PRE_ROLL_MS = 400
"""Line sound that goes to the recognizer ahead of the onset: it needs at least 300."""

KEPT_MS = 1_000
"""Sound kept for the onset to be found in: onset is known some 200 ms late."""

CERTAIN = 0.7
"""From this confidence, and without a rival, a complete answer is beyond doubt."""

SLOW_MS = 1_200
"""A recognizer that takes longer after the end of speech is covered by a word: no dead air."""

PATIENCE_MS = 4_000
"""One that takes longer than that has failed."""

_IN_SPEECH = -1

Reading = tuple[Transcript, Interpretation]


@dataclass(slots=True)
class Stages:
    """Where the time of an utterance's end went, in ms."""

    wait_ms: int = 0
    """Silence, by the time of the call, until its end was certain."""
    decode_ms: int = 0
    """Real time of the last reading; it may lie within the silence."""
    understand_ms: int = 0
    """Real time that making sense of that reading took."""


@dataclass(slots=True)
class _Asked:
    """The recognizer was asked what was said so far."""

    at_ms: int
    work: Work[Reading]
    pause: int = 0
    """Number of the pause; 0 for the final reading, `_IN_SPEECH` for one between pauses."""
    noted: bool = False
    """What became of it is in the journal."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller said between two ends, and what it meant."""

    transcript: Transcript
    interpretation: Interpretation
    start_ms: int
    end_ms: int
    reason: str
    """Why it ended: `complete`, `incomplete` or `max_speech`."""


class Ear:
    """Hears for one turn."""

    def __init__(self, context: Context, listen: Listen) -> None:
        self._context = context
        self._listen = listen
        self._sound: deque[tuple[int, Pcm]] = deque(maxlen=KEPT_MS // FRAME_MS)
        self._hearing: Hearing | None = None
        self._partial: _Asked | None = None
        self._final: _Asked | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the utterance under way; listen for the next."""
        self.close()
        timing = self._listen.timing
        settings = self._context.services.endpointing.at(timing.sensitivity)
        self._endpointer = Endpointer(timing, settings)
        self._hearing = self._partial = self._final = None
        self._later: list[Pcm] = []
        """Sound that the reading which has not begun yet is not to have."""
        self._unbegun = False
        self._known: Reading | None = None
        self._end: SpeechEnded | None = None
        self._ended_ms = 0
        self.stages = Stages()
        self.words: float | None = None
        """Confidence of the surest reading of this utterance so far; None: nothing that is expected
        was recognized."""

    def forget(self) -> None:
        """A key was pressed: forget the sound before it, too. Its tone may have begun there."""
        self._sound.clear()
        self.reset()

    @property
    def busy(self) -> bool:
        """Speech is under way, or being recognized."""
        return self._hearing is not None

    @property
    def reading(self) -> bool:
        """The recognizer is at it: whether there were words is not known yet."""
        return self._partial is not None or self._final is not None

    def is_slow(self, now_ms: int) -> bool:
        """The caller has been waiting for the last reading for long."""
        return self._final is not None and now_ms - self._ended_ms > SLOW_MS

    def close(self) -> None:
        """Drop what is under way."""
        for asked in (self._partial, self._final):
            if asked is not None:
                self._drop(asked, "dropped")
        if self._hearing is not None:
            self._hearing.close()

    def ask(self, now_ms: int) -> None:
        """What was said so far, though no pause came; `words` and the journal will tell."""
        if self._hearing is not None and not self.reading:
            self._partial = self._ask(now_ms, _IN_SPEECH)

    def keep(self, frame: Frame) -> None:
        """Keep the frame's sound without listening: speech may turn out to have begun in it."""
        self._sound.append((frame.at_ms, frame.heard))

    def feed(self, frame: Frame, voicing: Voicing) -> Utterance | None:
        """Hear one frame; an utterance when one is complete. Raises `EngineError`."""
        self.keep(frame)
        if self._final is not None:
            return self._await_final(frame.at_ms)
        if self._hearing is not None:
            self._hear(self._hearing, frame.heard)
        for event in self._endpointer.feed(voicing, frame.at_ms):
            self._take(event, frame.at_ms)
        if self._partial is not None:
            for event in self._read_partial(frame.at_ms):
                self._take(event, frame.at_ms)
        return self._known_already() if self._end is not None else None

    def _take(self, event: EndpointEvent, now_ms: int) -> None:
        match event:
            case SpeechStarted(onset_ms):
                self._begin(onset_ms)
            case Paused(pause):
                self._known = None
                if self._partial is not None:
                    self._drop(self._partial, "dropped")
                self._partial = self._ask(now_ms, pause)
            case SpeechEnded(reason=reason):
                self._end, self._ended_ms = event, now_ms
                self.stages.wait_ms = now_ms - event.end_ms
                if self._known is None or reason is EndReason.MAX_SPEECH:
                    self._final = self._ask(now_ms)

    def _begin(self, onset_ms: int) -> None:
        services = self._context.services
        self._hearing = services.recognizer.hear(
            services.understanding.worded(self._listen.expectation)
        )
        for at_ms, pcm in self._sound:
            if at_ms > onset_ms - PRE_ROLL_MS:
                self._hearing.feed(pcm)

    def _hear(self, hearing: Hearing, pcm: Pcm) -> None:
        self._later.append(pcm)
        if not self._unbegun:
            self._catch_up(hearing)

    def _catch_up(self, hearing: Hearing) -> None:
        for pcm in self._later:
            hearing.feed(pcm)
        self._later.clear()

    def _ask(self, now_ms: int, pause: int = 0) -> _Asked:
        self._unbegun = True
        work = self._context.tasks.start(self._read(final=not pause), "reading")
        return _Asked(now_ms, work, pause)

    async def _read(self, *, final: bool) -> Reading:
        hearing, stages = self._hearing, self.stages
        assert hearing is not None
        if final:
            self._catch_up(hearing)
        self._unbegun = False
        began_ms = _real_ms()
        transcript = await (hearing.finish() if final else hearing.partial())
        read_ms = _real_ms()
        understanding = self._context.services.understanding
        meant = await understanding.interpret(transcript, self._listen.expectation)
        stages.decode_ms, stages.understand_ms = read_ms - began_ms, _real_ms() - read_ms
        return transcript, meant

    def _drop(self, asked: _Asked, why: str) -> None:
        asked.work.cancel()
        if not asked.noted:
            self._note_read(asked, None, why)

    def _note_read(self, asked: _Asked, transcript: Transcript | None, error: str = "") -> None:
        """When it answered decides when the utterance ends, and whether a prompt goes on."""
        asked.noted, secret = True, self._listen.expectation.secret
        self._context.pen.write(
            FactKind.READ,
            asked_ms=asked.at_ms,
            final=not asked.pause,
            text=transcript.text if transcript and not secret else "",
            confidence=round(transcript.confidence, 3) if transcript else 0.0,
            error=error,
        )

    def _read_partial(self, now_ms: int) -> tuple[EndpointEvent, ...]:
        """Tell the endpointer whether what was said before the pause is an answer already."""
        if self._partial is None or not self._partial.work.done:
            return ()
        asked, self._partial = self._partial, None
        try:
            transcript, interpretation = asked.work.result()
        except EngineError:
            self._note_read(asked, None, "failed")
            return ()  # The final reading will tell.
        self._note_read(asked, transcript)
        if transcript.text:
            self.words = max(self.words or 0.0, transcript.confidence)
        if asked.pause == _IN_SPEECH:
            return ()
        if transcript.final:
            self._known = transcript, interpretation
        certain = interpretation.confidence >= CERTAIN and not interpretation.runner_up
        complete = interpretation.complete and not self._may_go_on(interpretation)
        return self._endpointer.answer(asked.pause, now_ms, complete=complete, certain=certain)

    def _may_go_on(self, meant: Interpretation) -> bool:
        """Half of a digit string sounds like some command or other: one that is not beyond doubt
        waits where values are asked for."""
        is_unsure = meant.confidence < CERTAIN
        slots = self._listen.expectation.slots
        return is_unsure and meant.match is Match.UNIVERSAL and bool(slots)

    def _known_already(self) -> Utterance | None:
        """The utterance that has just ended, where its last pause told what it was."""
        if self._end is None or self._final is not None or self._known is None:
            return None
        return _utterance(self._known, self._end)

    def _await_final(self, now_ms: int) -> Utterance | None:
        end, final = self._end, self._final
        assert end is not None
        assert final is not None
        if not final.work.done:
            if now_ms - self._ended_ms > PATIENCE_MS:
                self._drop(final, "late")
                raise EngineError("speech recognition is too slow")
            return None
        try:
            reading = final.work.result()
        except EngineError:
            self._note_read(final, None, "failed")
            raise
        self._note_read(final, reading[0])
        return _utterance(reading, end)


def heard_data(utterance: Utterance, stages: Stages, *, secret: bool = False) -> dict[str, Any]:
    """What the journal keeps of an utterance: the data of `FactKind.HEARD`."""
    transcript = utterance.transcript
    return {
        "text": "" if secret else transcript.text,
        "confidence": round(transcript.confidence, 3),
        "hypotheses": [] if secret else [h.text for h in transcript.hypotheses[1:]],
        "confidences": [round(h.confidence, 3) for h in transcript.hypotheses[1:]],
        "start_ms": utterance.start_ms,
        "end_ms": utterance.end_ms,
        "reason": utterance.reason,
        "rejected": transcript.rejected,
        "wait_ms": stages.wait_ms,
        "decode_ms": stages.decode_ms,
        "understand_ms": stages.understand_ms,
    }


def _utterance(reading: Reading, end: SpeechEnded) -> Utterance:
    transcript, interpretation = reading
    return Utterance(transcript, interpretation, end.start_ms, end.end_ms, end.reason)


def _real_ms() -> int:
    """Only to note how long something took: no decision depends on it."""
    return round(asyncio.get_running_loop().time() * 1000)
