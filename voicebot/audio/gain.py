"""Levels, gain, limiting and mixing. Levels are in dB relative to full scale (dBFS)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import Pcm, Samples

FULL_SCALE = 32768.0
SILENCE_DB = -100.0
"""Level of digital silence, and the lowest that is told apart."""
_FULL_POWER = FULL_SCALE**2
_FLOAT = np.dtype(np.float32)


def level_db(samples: Samples) -> float:
    """Root mean square of the samples in dBFS: 0 for a full-scale square wave, -3 for a sine."""
    floats = samples.astype(_FLOAT)  # exact enough by far, and asked twice a frame
    energy = float(floats.dot(floats))
    if energy <= 0:
        return SILENCE_DB
    level = 10 * math.log10(energy / len(floats) / _FULL_POWER)
    return level if level > SILENCE_DB else SILENCE_DB


def peak_db(samples: Samples) -> float:
    """The largest magnitude in dBFS."""
    peak = int(np.abs(samples.astype(np.int32)).max(initial=0))
    return 20 * math.log10(peak / FULL_SCALE) if peak else SILENCE_DB


def amplify(pcm: Pcm, gain_db: float) -> Pcm:
    """Louder or (negative gain) softer; what would exceed full scale is clipped."""
    return Pcm(_clipped(pcm.samples * 10 ** (gain_db / 20)), pcm.rate)


def limit(pcm: Pcm, ceiling_db: float = -1.0, *, gain_db: float = 0.0) -> Pcm:
    """`gain_db` applied, then peaks bent so that none passes `ceiling_db`.

    Samples up to 6 dB under the ceiling are left as they are; above, a tanh without memory
    bends them, so a limited signal needs no look-ahead and may be cut anywhere.
    """
    ceiling = FULL_SCALE * 10 ** (ceiling_db / 20)
    knee = ceiling / 2
    floats = pcm.samples * 10 ** (gain_db / 20)
    excess = np.maximum(np.abs(floats) - knee, 0.0)
    bent = knee + (ceiling - knee) * np.tanh(excess / (ceiling - knee))
    return Pcm(_clipped(np.where(excess > 0, np.sign(floats) * bent, floats)), pcm.rate)


def mix(parts: Sequence[Pcm]) -> Pcm:
    """The sum, as long as the longest part, clipped. Raises `ValueError` unless rates agree."""
    rates = {part.rate for part in parts}
    if len(rates) != 1:
        raise ValueError(f"cannot mix sound of rates {sorted(rates)}: resample first")
    total = np.zeros(max(len(part) for part in parts), dtype=np.int32)
    for part in parts:
        total[: len(part)] += part.samples
    return Pcm(np.clip(total, -32768, 32767).astype(np.int16), rates.pop())


def _clipped(floats: NDArray[np.floating]) -> Samples:
    return np.clip(np.round(floats), -32768, 32767).astype(np.int16)
