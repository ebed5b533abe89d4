"""Keys of somebody's phone in a call: signaled, and as tones where the phone cannot signal them.

Tones are listened for only where no telephone-event was negotiated. What such a phone is played may
come back in what it sends, as its microphone hears its loudspeaker: a key that was played to it a
moment ago, the caller's perhaps, is not one of its own.
"""

from __future__ import annotations

from voicebot.audio.dtmf import DtmfDetector
from voicebot.core.ports import Audio
from voicebot.turns.key_stream import INBAND, KeyStream

ECHO_MS = 1_000
"""So long after a key was played, the same key in what is heard is an echo: time for jitter
buffers on the way there and back."""


class PhoneKeys:
    """One phone's."""

    def __init__(self) -> None:
        self._stream = KeyStream()
        self._heard: DtmfDetector | None = None
        self._played: DtmfDetector | None = None
        self._rate = 0
        self._now_ms = 0.0
        self._echoes: dict[str, float] = {}
        """When each key was played last."""

    def signaled(self, key: str, method: str) -> str:
        """The key, if this is a press of its own; else nothing."""
        dropped = self._stream.press(key, method, round(self._now_ms))
        return "" if dropped else key

    def pass_by(self, audio: Audio) -> None:
        """Sound of a phone that signals its keys."""
        self._now_ms += audio.heard.duration_ms

    def hear(self, audio: Audio) -> str:
        """The keys in the sound of a phone that does not."""
        self.pass_by(audio)
        found = ""
        ours, theirs = self._detectors(audio.heard.rate)
        self._echoes |= {one.key: self._now_ms for one in ours.feed(audio.played.samples)}
        for one in theirs.feed(audio.heard.samples):
            if self._now_ms - self._echoes.get(one.key, -ECHO_MS) >= ECHO_MS:
                found += self.signaled(one.key, INBAND)
        return found

    def forget_method(self) -> None:
        """Another phone may have taken the call over."""
        self._stream.forget()

    def _detectors(self, rate: int) -> tuple[DtmfDetector, DtmfDetector]:
        if self._played is None or self._heard is None or rate != self._rate:
            self._played, self._heard, self._rate = DtmfDetector(rate), DtmfDetector(rate), rate
        return self._played, self._heard
