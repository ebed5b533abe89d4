"""The tone after which a machine records: one frequency alone, steady, for a while.

A frame is a tone where one line of its spectrum and its neighbors hold nearly all of its power.
Keys have two lines, voices many; a whistled note is a beep, too, and so are two tones within 50 Hz.
"""

from __future__ import annotations

import numpy as np

from voicebot.core.audio import Pcm

LEAST_MS = 160
"""A steady tone is a beep after so long."""
_LOWEST_HZ, _HIGHEST_HZ = 400, 2_200
_LEAST_SHARE = 0.97
"""Of the frame's power that is in one line and its two neighbors on either side."""
_LEAST_DB = -45.0
"""Of full scale."""
_DRIFT_LINES = 0.4
"""From its first frame on; a line is 50 Hz wide in 20 ms."""
_DRIFT_DB = 2.0
"""The same for its level; voices swell."""


class BeepDetector:
    """Fed with every frame of a line."""

    def __init__(self) -> None:
        self._ms = 0.0
        self._first = 0.0, 0.0
        """Line and level of the tone's first frame."""

    def feed(self, frame: Pcm) -> bool:
        """One frame; whether a beep sounds, long enough to be one."""
        line, level = _tone(frame)
        was_line, was_db = self._first
        goes_on = abs(line - was_line) <= _DRIFT_LINES and abs(level - was_db) <= _DRIFT_DB
        if not line:
            self._ms = 0.0
        elif self._ms and goes_on:
            self._ms += frame.duration_ms
        else:
            self._ms, self._first = frame.duration_ms, (line, level)
        return self._ms >= LEAST_MS


def _tone(frame: Pcm) -> tuple[float, float]:
    """The frame's one line, between lines where it lies so, and its level in dB; 0 for no tone."""
    samples = frame.samples.astype(np.float64) / 32768
    power = float(np.mean(samples**2))
    level = 10 * np.log10(power * 2) if power else -200.0
    if level < _LEAST_DB:
        return 0.0, level
    lines = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    peak = int(np.argmax(lines))
    hz = peak * frame.rate / len(samples)
    near = lines[max(0, peak - 2) : peak + 3]
    if not _LOWEST_HZ <= hz <= _HIGHEST_HZ or near.sum() < _LEAST_SHARE * lines.sum():
        return 0.0, level
    return float(np.average(np.arange(len(near)), weights=near) + max(0, peak - 2)), level
