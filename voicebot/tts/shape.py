"""What is done to synthesized sound before it goes to the telephone."""

from __future__ import annotations

import numpy as np

from voicebot.audio.gain import FULL_SCALE, limit
from voicebot.audio.resample import resample
from voicebot.core.audio import Pcm

_WINDOW_MS = 10
_SILENT_DB = -50.0
"""Relative to full scale; espeak-ng's own pauses are digital silence."""
_LEAD_MS = 5
_TAIL_MS = 20
"""Kept before and after the speech, so that no consonant is cut. What is kept before it makes every
answer later."""
_ACTIVE_DB = 20.0
"""Windows this far below the loudest are pauses and do not count for the level."""
CEILING_DB = -1.0


def window_levels(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Level of each 10 ms in dBFS, the rest at the end included; shape (n,)."""
    size = pcm.rate * _WINDOW_MS // 1000
    padded = np.zeros(-(-len(pcm) // size) * size)
    padded[: len(pcm)] = pcm.samples / FULL_SCALE
    powers = (padded.reshape(-1, size) ** 2).mean(axis=1)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = 10 * np.log10(powers + 1e-10)
    return levels


def trim(pcm: Pcm) -> Pcm:
    """Without the silence before and after; nothing where all of it is silent."""
    loud = np.flatnonzero(window_levels(pcm) > _SILENT_DB)
    if not len(loud):
        return Pcm(pcm.samples[:0], pcm.rate)
    start_ms, end_ms = loud[0] * _WINDOW_MS, (loud[-1] + 1) * _WINDOW_MS
    return pcm.between(start_ms - _LEAD_MS, end_ms + _TAIL_MS)


def active_level_db(pcm: Pcm) -> float:
    """Level of what is spoken, pauses left out, in dBFS (in the manner of ITU-T P.56)."""
    levels = window_levels(pcm)
    if not len(levels) or levels.max() < _SILENT_DB:
        return -100.0
    active = levels[levels > levels.max() - _ACTIVE_DB]
    return float(10 * np.log10((10 ** (active / 10)).mean()))


def to_active_level(pcm: Pcm, level_db: float) -> Pcm:
    """Brought to a level, peaks limited to `CEILING_DB`; silence stays silence."""
    level = active_level_db(pcm)
    return pcm if level <= -100.0 else limit(pcm, CEILING_DB, gain_db=level_db - level)


def shape(pcm: Pcm, *, rate: int, level_db: float) -> Pcm:
    """Trimmed, at the wanted sampling rate in Hz and level in dBFS."""
    return to_active_level(resample(trim(pcm), rate), level_db)
