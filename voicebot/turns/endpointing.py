"""Where an utterance begins and ends.

    voiced  ......####.####..##.......................
                   |                |          |    |
                   SpeechStarted    Paused 1   |    SpeechEnded incomplete
                                               SpeechEnded complete, if answer(1, complete=True)

At a pause the session asks the recognizer for a partial and tells with `answer` whether it
answers the question already. That decides how much silence ends the utterance: VoiceXML's
completetimeout and incompletetimeout, and a shorter one where the answer is beyond doubt. An
answer to a pause that is over does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.audio import FRAME_MS
from voicebot.core.speech import Voicing
from voicebot.core.turn import Timing
from voicebot.turns.run_window import RunWindow
from voicebot.turns.settings import EndpointSettings


class EndReason(StrEnum):
    """Why an utterance ended."""

    COMPLETE = "complete"
    """Silence after something that answers the question."""
    INCOMPLETE = "incomplete"
    """A longer silence after something that does not, or not yet."""
    MAX_SPEECH = "max_speech"
    """It was cut off."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An utterance began."""

    onset_ms: int
    """When its first voiced frame began: some 110 to 140 ms before this event. The recognizer
    wants the sound from 300 ms before that."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The caller paused: time to ask for a partial."""

    pause: int
    """Number of the pause, for `answer`; counts from 1 and is never used twice."""
    at_ms: int
    """When the silence began."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is over."""

    start_ms: int
    end_ms: int
    """End of its last voiced frame."""
    reason: EndReason


EndpointEvent = SpeechStarted | Paused | SpeechEnded


@dataclass(slots=True)
class _Utterance:
    start_ms: int
    last_voiced_ms: int
    """End of the last voiced frame that counted."""
    pause: int = 0
    """Number of the pause that it is in; 0 while speech goes on."""
    complete: bool = False
    certain: bool = False


class Endpointer:
    """Fed one frame at a time; ready for the next utterance after each end."""

    def __init__(self, timing: Timing, settings: EndpointSettings | None = None) -> None:
        self._settings = settings or EndpointSettings()
        self._start = RunWindow(
            window_ms=self._settings.start_window_ms, enough_ms=self._settings.start_voiced_ms
        )
        self._resume = RunWindow(
            window_ms=self._settings.resume_window_ms, enough_ms=self._settings.resume_voiced_ms
        )
        self._utterance: _Utterance | None = None
        self._pauses = 0
        self.timing = timing
        """May be replaced at any time: a new question has its own timing."""

    @property
    def speaking(self) -> bool:
        """An utterance is under way, pauses included."""
        return self._utterance is not None

    @property
    def onset_ms(self) -> int | None:
        """When the utterance that is under way began."""
        return self._utterance.start_ms if self._utterance else None

    def feed(self, voicing: Voicing, at_ms: int) -> tuple[EndpointEvent, ...]:
        """One frame, which ends at `at_ms`."""
        utterance = self._utterance
        if utterance is None:
            return self._before(at_ms, voiced=voicing.voiced)
        if utterance.pause:
            self._in_pause(utterance, at_ms, voiced=voicing.voiced)
        elif voicing.voiced:
            utterance.last_voiced_ms = at_ms
        return self._after(utterance, at_ms)

    def answer(
        self, pause: int, at_ms: int, *, complete: bool, certain: bool = False
    ) -> tuple[EndpointEvent, ...]:
        """What the recognizer made of the speech up to that pause; `at_ms` is now. `certain`: it is
        complete beyond doubt.

        Ends the utterance at once where the silence has been long enough already. Without effect
        once speech resumed or the utterance is over.
        """
        utterance = self._utterance
        if utterance is None or utterance.pause != pause:
            return ()
        utterance.complete = complete
        utterance.certain = complete and certain
        return self._end_by_silence(utterance, at_ms)

    def reset(self) -> None:
        """Drop the utterance that is under way, without an event."""
        self._utterance = None
        self._start.clear()
        self._resume.clear()

    def _before(self, at_ms: int, *, voiced: bool) -> tuple[EndpointEvent, ...]:
        if not self._start.feed(voiced=voiced):
            return ()
        onset_ms = self._start.onset_ms(at_ms)
        self._utterance = _Utterance(onset_ms, at_ms)
        return (SpeechStarted(onset_ms),)

    def _in_pause(self, utterance: _Utterance, at_ms: int, *, voiced: bool) -> None:
        if self._resume.feed(voiced=voiced):
            utterance.pause = 0
            utterance.complete = utterance.certain = False
            utterance.last_voiced_ms = at_ms

    def _after(self, utterance: _Utterance, at_ms: int) -> tuple[EndpointEvent, ...]:
        if at_ms - utterance.start_ms >= self.timing.max_speech_ms:
            return self._end(utterance, EndReason.MAX_SPEECH)
        if utterance.pause:
            return self._end_by_silence(utterance, at_ms)
        return self._pause(utterance, at_ms)

    def _pause(self, utterance: _Utterance, at_ms: int) -> tuple[EndpointEvent, ...]:
        if at_ms - utterance.last_voiced_ms < self._pause_ms:
            return ()
        self._pauses += 1
        utterance.pause = self._pauses
        self._resume.clear()
        paused = Paused(self._pauses, utterance.last_voiced_ms)
        return (paused, *self._end_by_silence(utterance, at_ms))

    @property
    def _pause_ms(self) -> int:
        """At the latest, a frame before the silence may end the utterance."""
        soonest = min(self.timing.end_complete_ms, self.timing.end_certain_ms)
        return min(self._settings.pause_ms, max(FRAME_MS, soonest - FRAME_MS))

    def _end_by_silence(self, utterance: _Utterance, at_ms: int) -> tuple[EndpointEvent, ...]:
        """An utterance that does not answer is never given less time than one that does."""
        timing = self.timing
        enough = timing.end_complete_ms
        if utterance.certain:
            enough = min(enough, timing.end_certain_ms)
        if not utterance.complete:
            enough = max(enough, timing.end_incomplete_ms)
        if at_ms - utterance.last_voiced_ms < enough:
            return ()
        reason = EndReason.COMPLETE if utterance.complete else EndReason.INCOMPLETE
        return self._end(utterance, reason)

    def _end(self, utterance: _Utterance, reason: EndReason) -> tuple[EndpointEvent, ...]:
        self.reset()
        return (SpeechEnded(utterance.start_ms, utterance.last_voiced_ms, reason),)
