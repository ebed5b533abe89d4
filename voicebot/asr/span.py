"""Where the speech is within an utterance's sound, by level.

    ──────────╭╮╭──╮─────────────
     margin   │ speech │  margin     the rest is cut off

The call's VAD has found the utterance; this only trims it to what PocketSphinx is best with
(batch cepstral mean normalization over speech with a fixed margin) and tells whether anything
but silence came since the last reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import FRAME_MS, Pcm, frame_samples

_ABOVE_FLOOR = 0.35
"""A frame is active from this part of the way from floor to speech level, in dB."""
_MIN_RANGE_DB = 6.0
_MIN_RUN = 2
"""Frames: shorter bursts are clicks."""
_FLOOR_RMS = 12.0
"""-69 dBFS. Through the telephone it gains 3 to 5 points on digits and orders; from 10 to 22 it
makes no difference."""
_SECOND = 8_000
"""Samples."""
_MAX_DITHER = 60.0
"""Root mean square of padding noise at most: about -55 dBFS, a poor line."""


@dataclass(frozen=True, slots=True)
class Span:
    """Speech from `start_ms` to `end_ms`; both 0 where nothing stands out."""

    start_ms: int
    end_ms: int
    floor_db: float
    """Level of the quiet frames, dB relative to one least significant bit."""


def with_floor(pcm: Pcm) -> Pcm:
    """A floor of faint noise, the same in every run, under what G.711 and silence suppression
    made digitally silent: there the logarithms of the features fall without bound, and the level
    of the line cannot be told."""
    seconds = -(-len(pcm) // _SECOND)
    noisy = np.clip(np.round(pcm.samples + _floor(seconds)[: len(pcm)]), -32768, 32767)
    return Pcm(noisy.astype(np.int16), pcm.rate)


@lru_cache(maxsize=32)
def _floor(seconds: int) -> NDArray[np.float64]:
    """Noise of so many times `_SECOND` samples; made once, as utterances are many."""
    return np.random.default_rng(0).normal(0.0, _FLOOR_RMS, seconds * _SECOND)


def speech_span(pcm: Pcm) -> Span:
    """Find the speech in `pcm`; all of it where nothing tells speech from silence."""
    levels = _levels(pcm)
    if not len(levels):
        return Span(0, 0, 0.0)
    floor, loud = (float(value) for value in np.percentile(levels, [10, 95]))
    if loud - floor < _MIN_RANGE_DB:
        return Span(0, round(pcm.duration_ms), floor)
    active = _runs(levels > floor + max(_MIN_RANGE_DB, _ABOVE_FLOOR * (loud - floor)))
    if not len(active):
        return Span(0, round(pcm.duration_ms), floor)
    return Span(int(active[0]) * FRAME_MS, (int(active[-1]) + 1) * FRAME_MS, floor)


def with_margins(pcm: Pcm, span: Span, margin_ms: int) -> tuple[Pcm, int]:
    """The speech with `margin_ms` of line sound on each side, and the time of its first sample
    in `pcm` (negative where padding stands before it).

    Where the sound ends too early, noise of the line's own level stands in: digital silence
    costs up to 10 points of accuracy.
    """
    start, end = span.start_ms - margin_ms, span.end_ms + margin_ms
    before = max(0, -start)
    after = max(0, end - round(pcm.duration_ms))
    parts = (
        _noise(before, pcm.rate, span.floor_db),
        pcm.between(max(0, start), end),
        _noise(after, pcm.rate, span.floor_db),
    )
    return Pcm.join(parts, pcm.rate), start


def _levels(pcm: Pcm) -> NDArray[np.float64]:
    size = frame_samples(pcm.rate)
    count = len(pcm) // size
    frames = pcm.samples[: count * size].reshape(count, size).astype(np.float64)
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) + 1))


def _runs(active: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Indices of active frames that have an active neighbor."""
    padded = np.pad(active, 1)
    kept = active & (padded[:-2] | padded[2:]) if _MIN_RUN > 1 else active
    return np.flatnonzero(kept)


def _noise(duration_ms: int, rate: int, floor_db: float) -> Pcm:
    """Noise that is the same in every run."""
    count = duration_ms * rate // 1000
    level = float(np.clip(10 ** (floor_db / 20), _FLOOR_RMS, _MAX_DITHER))
    noise = np.random.default_rng(count).normal(0.0, level, count)
    return Pcm(np.round(noise).astype(np.int16), rate)
