"""What the levels of the line tell: its noise floor, and whether the bot hears itself."""

from __future__ import annotations

from collections import deque

from voicebot.audio.gain import SILENCE_DB
from voicebot.core.audio import FRAME_MS

_START_DB = -60.0
_LOWEST_DB = -80.0
_FALL = 0.1
"""A softer frame takes the floor a tenth of the way down: a few frames decide, one does not."""
_RISE_DB = 0.08
"""A louder frame lifts it by this: 4 dB a second, about the length of a sentence's loud part."""
_RISE_IN_SPEECH_DB = 0.01


class NoiseFloor:
    """Follows the level of the line between words; quick to fall, slow to rise."""

    def __init__(self) -> None:
        self.db = _START_DB

    def feed(self, level_db: float, *, speech: bool) -> float:
        """One frame. While speech is sure, the floor hardly rises. Frames without any sound
        (lost packets, silence suppression) say nothing about the noise and are passed over."""
        if level_db <= SILENCE_DB:
            return self.db
        if level_db < self.db:
            self.db += _FALL * (level_db - self.db)
        else:
            self.db += min(_RISE_IN_SPEECH_DB if speech else _RISE_DB, level_db - self.db)
        self.db = max(self.db, _LOWEST_DB)
        return self.db


class EchoGate:
    """Sound that is not louder than the bot's own, less the loss of the way back, is its echo."""

    def __init__(self, *, loss_db: float, window_ms: int) -> None:
        self._loss_db = loss_db
        self._played: deque[float] = deque(maxlen=max(1, window_ms // FRAME_MS))

    def passes(self, heard_db: float, played_db: float) -> bool:
        """One frame of each. True where the caller may be speaking."""
        self._played.append(played_db)
        loudest = max(self._played)
        return loudest <= SILENCE_DB or heard_db > loudest - self._loss_db
