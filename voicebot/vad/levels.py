"""The noise floor of the line."""

from __future__ import annotations

from collections import deque

from voicebot.audio.gain import SILENCE_DB

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
        self._past_db = _UNKNOWN_DB
        """The least of the parts."""
        self._part_db = 0.0
        self._part_frames = 0

    def feed(self, level_db: float) -> float:
        """One frame. Frames without any sound (lost packets, silence suppression) say nothing
        about the noise and are passed over."""
        if level_db <= SILENCE_DB:
            return self.db
        previous = level_db if self._smooth_db is None else self._smooth_db
        self._smooth_db = previous + _SMOOTHING * (level_db - previous)
        if self._smooth_db < self._part_db:
            self._part_db = self._smooth_db
        self._part_frames += 1
        self.db = self._part_db if self._part_db < self._past_db else self._past_db
        if self._part_frames == _PART_FRAMES:
            self._parts.append(self._part_db)
            self._past_db = min(self._parts)
            self._part_db, self._part_frames = 0.0, 0
        return self.db
