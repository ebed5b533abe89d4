"""Companding by ITU-T G.711: mu-law and A-law, 8 bits a sample.

The standard gives decision values (tables 1a and 2a) and leaves open how a 16-bit sample is
brought to its 13 or 14 bits; here a negative sample is taken by its one's complement, as the
ITU's reference software (G.191) does. Both directions are table look-ups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import Samples

Codes = NDArray[np.uint8]


def mulaw_encode(samples: Samples) -> Codes:
    """Shape (n,) int16 to shape (n,) uint8."""
    return _MULAW_CODES[samples.view(np.uint16)]


def mulaw_decode(codes: Codes) -> Samples:
    """Shape (n,) uint8 to shape (n,) int16, full scale 32124."""
    return _MULAW_VALUES[codes]


def alaw_encode(samples: Samples) -> Codes:
    """Shape (n,) int16 to shape (n,) uint8."""
    return _ALAW_CODES[samples.view(np.uint16)]


def alaw_decode(codes: Codes) -> Samples:
    """Shape (n,) uint8 to shape (n,) int16, full scale 32256."""
    return _ALAW_VALUES[codes]


def _mulaw_values() -> Samples:
    """Table 2a: a 14-bit value for each code, scaled to 16 bits."""
    inverted = ~np.arange(256, dtype=np.uint8)
    segment = (inverted >> 4 & 7).astype(np.int32)
    step = (inverted & 15).astype(np.int32)
    magnitude = (((2 * step + 33) << segment) - 33) * 4
    return np.where(inverted & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_values() -> Samples:
    """Table 1a: a 13-bit value for each code, scaled to 16 bits."""
    toggled = np.arange(256, dtype=np.uint8) ^ 0x55
    segment = (toggled >> 4 & 7).astype(np.int32)
    step = (toggled & 15).astype(np.int32)
    linear = segment == 0
    magnitude = np.where(linear, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0)) * 8
    return np.where(toggled & 0x80, magnitude, -magnitude).astype(np.int16)


def _mulaw_decisions() -> NDArray[np.int32]:
    """Lower ends of the 128 intervals of magnitude: 0, 1, 3 ... 31, 35 ... 7903, times 4."""
    index = np.arange(128)
    segment, step = index >> 4, index & 15
    lower = ((2 * step + 32) << segment) - 33
    return np.asarray(np.maximum(lower, 0) * 4, dtype=np.int32)


def _alaw_decisions() -> NDArray[np.int32]:
    """Lower ends of the 128 intervals of magnitude: 0, 2, 4 ... 64, 68 ... 3968, times 8."""
    index = np.arange(128)
    segment, step = index >> 4, index & 15
    linear = segment == 0
    lower = np.where(linear, 2 * step, (2 * step + 32) << np.maximum(segment - 1, 0))
    return np.asarray(lower * 8, dtype=np.int32)


def _codes(decisions: NDArray[np.int32], toggle: int, negative: int) -> Codes:
    """A code for each of the 65,536 samples, indexed by the sample read as unsigned."""
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitudes = np.where(samples < 0, ~samples, samples)
    intervals = np.searchsorted(decisions, magnitudes, side="right") - 1
    signed = np.where(samples < 0, intervals ^ negative, intervals)
    return (signed ^ toggle).astype(np.uint8)


# Codes count intervals from 0; the line carries them with bits inverted against long runs of
# zeros: all of them for mu-law, every other one for A-law. Bit 8 is 1 for positive values.
_MULAW_VALUES = _mulaw_values()
_ALAW_VALUES = _alaw_values()
_MULAW_CODES = _codes(_mulaw_decisions(), toggle=0xFF, negative=0x80)
_ALAW_CODES = _codes(_alaw_decisions(), toggle=0xD5, negative=0x80)
