"""Measures of a recording's two channels, by time of the call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voicebot.audio.gain import SILENCE_DB, level_db
from voicebot.core.audio import Pcm

FULL = 31_000
"""G.711's largest sample is 32124 (mu-law) or 32256 (A-law); what is above this is clipped."""
_BLOCK_MS = 20


@dataclass(frozen=True)
class Sound:
    """What was heard of the caller."""

    heard: Pcm
    start_ms: int = 0
    """Time of the call at the first sample."""

    def part(self, start_ms: int, end_ms: int) -> Pcm:
        """What was heard then."""
        begin = max(0, start_ms - self.start_ms)
        return self.heard.between(begin, max(begin, end_ms - self.start_ms))

    def level_db(self, start_ms: int, end_ms: int) -> float:
        """In dBFS; -100 for silence."""
        return level_db(self.part(start_ms, end_ms).samples)

    def loudest_db(self, start_ms: int, end_ms: int, window_ms: int = 200) -> float:
        """The loudest stretch of that length, in dBFS."""
        samples = self.part(start_ms, end_ms).samples
        size = window_ms * self.heard.rate // 1000
        blocks = [samples[first : first + size] for first in range(0, len(samples), size)]
        return max((level_db(b) for b in blocks if len(b) == size), default=SILENCE_DB)

    def floor_db(self) -> float:
        """Level of the line where nobody speaks: the tenth part of its blocks is softer."""
        size = _BLOCK_MS * self.heard.rate // 1000
        whole = len(self.heard) // size
        levels = [level_db(self.heard.samples[n * size :][:size]) for n in range(whole)]
        return float(np.percentile(levels, 10)) if levels else SILENCE_DB

    def clipped(self, start_ms: int, end_ms: int) -> float:
        """Share of samples at full scale, of those that are not silence."""
        samples = np.abs(self.part(start_ms, end_ms).samples.astype(np.int32))
        loud = int((samples > 300).sum())
        return float((samples >= FULL).sum()) / loud if loud else 0.0
