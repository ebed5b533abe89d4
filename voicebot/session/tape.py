"""A recording that runs a moment behind the call: no key can be read off it.

A tone is known for a key when 40 to 60 ms of it have been heard. Until then its sound waits here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.ports import Audio, Recording

BEHIND_MS = 120
_BEHIND_FRAMES = BEHIND_MS // FRAME_MS


class Tape:
    """Implements `core.ports.Recording`; takes single frames."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._waiting: deque[Audio] = deque()

    @property
    def failure(self) -> str:
        """Why it stopped before its end."""
        return self._recording.failure

    def add(self, audio: Audio) -> None:
        """Another frame (`FRAME_MS`)."""
        self._waiting.append(audio)
        if len(self._waiting) > _BEHIND_FRAMES:
            self._recording.add(self._waiting.popleft())

    def mute_caller(self, frames: int) -> None:
        """Silence on the caller's side of the last so many frames, as far as they wait."""
        for index in range(1, min(frames, len(self._waiting)) + 1):
            audio = self._waiting[-index]
            silence = Pcm.silence(FRAME_MS, audio.heard.rate)
            self._waiting[-index] = replace(audio, heard=silence)

    def pause(self, *, on: bool) -> None:
        """What came before is recorded as it was asked for then."""
        self._write_out()
        self._recording.pause(on=on)

    def close(self) -> None:
        self._write_out()
        self._recording.close()

    def _write_out(self) -> None:
        while self._waiting:
            self._recording.add(self._waiting.popleft())
