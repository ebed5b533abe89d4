"""Between the 8 kHz of the line and the 16 kHz of the recognizers, and between any rates.

    frames in ──▶ Resampler (half-band FIR, state kept over frames) ──▶ frames out
    a file    ──▶ resample() (soxr, all at once)                    ──▶ a file

The filter's coefficients are whole numbers, so every sum is exact in double precision: the
output is the same to the bit however the input is split, and on every machine.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm, Samples

Floats = NDArray[np.float64]

_TAPS = 47
_KAISER_BETA = 5.65
"""About 60 dB of stop band; flat up to 3.4 kHz, closed from 4.6 kHz (images of 3.4 kHz)."""
_ONE = 1 << 15


def _half_band() -> Floats:
    """Windowed sinc with its edge at a quarter of the rate; sums to `_ONE`."""
    offsets = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(offsets / 2) / 2 * np.kaiser(_TAPS, _KAISER_BETA)
    whole = np.round(taps / taps.sum() * _ONE)
    whole[_TAPS // 2] += _ONE - whole.sum()
    return np.asarray(whole, dtype=np.float64)


_EVEN_TAPS = _half_band()[0::2]
_ODD_TAPS = _half_band()[1::2]
_HISTORY = len(_EVEN_TAPS) - 1


class Resampler:
    """One direction of one call: 8 to 16 kHz, 16 to 8 kHz, or between equal rates nothing."""

    delay_ms = (_TAPS // 2) * 1000 / WIDEBAND
    """What the filter delays the sound by, where the rates differ: 1.44 ms."""

    def __init__(self, source_rate: int, target_rate: int) -> None:
        """Rates in Hz. Raises `ValueError` for a pair that calls do not need."""
        if {source_rate, target_rate} - {NARROWBAND, WIDEBAND}:
            raise ValueError(
                f"no stream resampler from {source_rate} to {target_rate} Hz: "
                f"calls run at {NARROWBAND} or {WIDEBAND} Hz; use resample() for files"
            )
        self.source_rate = source_rate
        self.target_rate = target_rate
        self._even = np.zeros(_HISTORY)
        self._odd = np.zeros(_HISTORY)
        self._rest = np.zeros(0, dtype=np.int16)

    def process(self, pcm: Pcm) -> Pcm:
        """The next piece, any length. Upwards 2 samples come for each; downwards 1 for each 2."""
        if pcm.rate != self.source_rate:
            raise ValueError(f"resampler is for {self.source_rate} Hz, got {pcm.rate} Hz")
        if self.source_rate == self.target_rate:
            return pcm
        work = self._up if self.source_rate == NARROWBAND else self._down
        return Pcm(work(pcm.samples), self.target_rate)

    def _up(self, samples: Samples) -> Samples:
        line, self._even = _extend(self._even, samples)
        if not len(samples):
            return samples
        both = np.empty(2 * len(samples))
        both[0::2] = np.convolve(line, _EVEN_TAPS, "valid")
        both[1::2] = np.convolve(line[1:], _ODD_TAPS, "valid")
        return _to_samples(both * 2)

    def _down(self, samples: Samples) -> Samples:
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // 2 * 2
        self._rest = samples[whole:]
        even, self._even = _extend(self._even, samples[0:whole:2])
        odd, self._odd = _extend(self._odd, samples[1:whole:2])
        if not whole:
            return samples[:0]
        # y[m] = sum h[k] x[2m-k]: an odd k meets the odd samples before 2m.
        by_even = np.convolve(even, _EVEN_TAPS, "valid")
        by_odd = np.convolve(odd[:-1], _ODD_TAPS, "valid")
        return _to_samples(by_even + by_odd)


def _extend(history: Floats, samples: Samples) -> tuple[Floats, Floats]:
    line = np.concatenate([history, samples])
    return line, line[len(line) - _HISTORY :]


def _to_samples(scaled: Floats) -> Samples:
    rounded = np.floor(scaled / _ONE + 0.5)
    return np.clip(rounded, -32768, 32767).astype(np.int16)


def resample(pcm: Pcm, rate: int) -> Pcm:
    """A whole signal at another rate in Hz, without delay and without dither."""
    if pcm.rate == rate or not len(pcm):
        return Pcm(pcm.samples, rate)
    floats = soxr.resample(pcm.samples.astype(np.float32), pcm.rate, rate, quality="HQ")
    return Pcm(np.clip(np.round(floats), -32768, 32767).astype(np.int16), rate)
