"""Voice detection of a pinned call: where a tone is in place of speech, it says what it said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicebot.core.audio import Pcm
from voicebot.core.ports import Vad
from voicebot.core.record import FactKind
from voicebot.core.speech import Voicing
from voicebot.replay.recorded import RecordedCall, Span
from voicebot.replay.toning import AROUND_MS


class TonedVad:
    """Implements `core.ports.Vad` for one call."""

    def __init__(self, detector: Vad, call: RecordedCall, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the time of the call then, at the end of the frame."""
        self._detector, self._now_ms = detector, now_ms
        heard = (f.data for f in call.of(FactKind.HEARD) if f.seq in call.stand_ins)
        self._spans = [Span(int(data["start_ms"]), int(data["end_ms"])) for data in heard]

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        """Take a frame."""
        return self._detector.hear(heard, played)

    def judge(self) -> Voicing:
        """The verdict on it."""
        verdict, at_ms = self._detector.judge(), self._now_ms()
        for span in self._spans:
            if span.start_ms - AROUND_MS < at_ms <= span.end_ms + AROUND_MS:
                voiced = span.start_ms < at_ms <= span.end_ms
                return replace(verdict, voiced=voiced, sure=voiced, outburst=False)
        return verdict
