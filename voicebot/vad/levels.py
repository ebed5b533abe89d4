"""What the levels of the line tell: its noise floor, and whether the bot hears itself."""

from __future__ import annotations

from collections import deque

from voicebot.audio.gain import SILENCE_DB
from voicebot.core.audio import FRAME_MS

_UNKNOWN_DB = -50.0
"""Taken for the floor before half a second was heard: cautious, but no speech is lost by it."""
_SMOOTHING = 0.25
"""Share of a new frame in the smoothed level: about 80 ms."""
_PART_FRAMES = 25
_PARTS = 5
"""The floor is the least of the last five half seconds and of the one under way: longer than most
runs of words without a gap."""


class NoiseFloor:
    """The least smoothed level of the last 2.5 to 3 s (minimum statistics, Martin 2001).

    Speech has gaps and lets the floor be; steady noise and the babble of a crowd lift it.
    """

    def __init__(self) -> None:
        self.db = _UNKNOWN_DB
        self._smooth_db: float | None = None
        self._parts: deque[float] = deque(maxlen=_PARTS)
        self._part_db = 0.0
        self._part_frames = 0

    def feed(self, level_db: float) -> float:
        """One frame. Frames without any sound (lost packets, silence suppression) say nothing
        about the noise and are passed over."""
        if level_db <= SILENCE_DB:
            return self.db
        previous = level_db if self._smooth_db is None else self._smooth_db
        self._smooth_db = previous + _SMOOTHING * (level_db - previous)
        self._part_db = min(self._part_db, self._smooth_db)
        self._part_frames += 1
        self.db = min(self._part_db, *(self._parts or (_UNKNOWN_DB,)))
        if self._part_frames == _PART_FRAMES:
            self._parts.append(self._part_db)
            self._part_db, self._part_frames = 0.0, 0
        return self.db


class EchoGate:
    """Sound that is not louder than the bot's own, less the loss of the way back, is its echo.

    The soft sounds within the caller's words would fall under that too: so the gate stays open
    for `hold_ms` after two frames in a row that were louder.
    """

    def __init__(self, *, loss_db: float, window_ms: int, hold_ms: int = 0) -> None:
        self._loss_db = loss_db
        self._played: deque[float] = deque(maxlen=max(1, window_ms // FRAME_MS))
        self._hold_frames = hold_ms // FRAME_MS
        self._louder = 0
        self._held = 0

    def passes(self, heard_db: float, played_db: float) -> bool:
        """One frame of each. True where the caller may be speaking."""
        self._played.append(played_db)
        loudest = max(self._played)
        if loudest <= SILENCE_DB:
            self._louder = self._held = 0
            return True
        louder = heard_db > loudest - self._loss_db
        self._louder = self._louder + 1 if louder else 0
        self._held = self._hold_frames if self._louder >= 2 else max(0, self._held - 1)
        return louder or self._held > 0
