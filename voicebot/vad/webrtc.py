"""The cheap first opinion: WebRTC's detector (Gaussian mixtures over six bands)."""

from __future__ import annotations

import webrtcvad

from voicebot.audio.gain import SILENCE_DB, level_db
from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.core.speech import Voicing


class WebRtcVad:
    """About 0.1 ms of CPU for a second of audio. Calls noise and music speech rather often."""

    def __init__(self, mode: int = 3) -> None:
        """`mode` 0 to 3. Raises `EngineError` for another."""
        if mode not in range(4):
            raise EngineError(f"webrtcvad knows modes 0 to 3, not {mode}")
        self._vad = webrtcvad.Vad(mode)
        self._voicing = Voicing(False, False, SILENCE_DB)

    def is_speech(self, frame: Pcm) -> bool:
        """A frame of 10, 20 or 30 ms at 8 or 16 kHz, in order. Raises `EngineError`."""
        try:
            return bool(self._vad.is_speech(frame.samples.tobytes(), frame.rate))
        except Exception as error:  # the library raises nothing more exact
            length = f"{frame.duration_ms:g} ms at {frame.rate} Hz"
            raise EngineError(f"webrtcvad cannot judge a frame of {length}") from error

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        """As port: no second opinion and no echo gate."""
        voiced = self.is_speech(heard)
        self._voicing = Voicing(voiced, voiced, level_db(heard.samples))
        return False

    def judge(self) -> Voicing:
        """As port: the frame that was heard last."""
        return self._voicing
