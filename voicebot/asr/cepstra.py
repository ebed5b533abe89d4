"""Mel-frequency cepstra as the bundled acoustic model of PocketSphinx was trained on.

    sound ─▶ frames of 25.6 ms every 10 ms ─▶ power spectra ─▶ mel bands ─▶ less the line's noise
          ─▶ logarithms ─▶ 13 cepstra ─▶ less their mean ─▶ with their slopes, and slopes of those

The parameters are those of the model's `feat.params`. Sources: Davis and Mermelstein, IEEE Trans.
ASSP 28(4), 1980; for the noise Kim and Stern, "Power-normalized cepstral coefficients", ICASSP
2012, whose asymmetric filter and temporal masking they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import WIDEBAND, Pcm

Floats = NDArray[np.float32]
Powers = NDArray[np.float64]

FRAME_MS = 10
CEPSTRA = 13
_HOP = WIDEBAND * FRAME_MS // 1000
_WINDOW = 410
_FFT = 512
_BANDS = 25
_LOWEST_HZ, _HIGHEST_HZ = 130.0, 6_800.0
_PRE_EMPHASIS = 0.97
_LIFTER = 22
_LOG_FLOOR = 1e-4

_SMOOTH = 0.7
"""Share of the past in a band's smoothed power."""
_RISE, _FALL = 0.005, 0.5
"""How fast the noise estimate follows the power upwards, and downwards, in a frame."""
_DECAY, _MASKED = 0.85, 0.2
"""A sound masks what follows and is softer than its decaying peak; of that this much is left."""
_MOST_GAIN = 20.0
_LEAST_POWER = 1e-9
"""Of digital silence."""
_NEIGHBORS = 4
"""Gains are averaged over so many bands to each side."""


def cepstra(pcm: Pcm) -> Floats:
    """Those of a whole utterance at 16 kHz, shape (frames, 13)."""
    spectra = np.fft.rfft(_frames(pcm) * _HAMMING, _FFT)
    bands = (spectra.real**2 + spectra.imag**2) @ _MEL
    logs = np.log(_without_noise(bands) + _LOG_FLOOR)
    return np.asarray(logs @ _DCT, dtype=np.float32)


def features(cepstra: Floats) -> Floats:
    """The features of a whole utterance, shape (frames, 3, 13): cepstra less their mean, their
    slopes, and slopes of the slopes."""
    heard = cepstra[cepstra[:, 0] >= 0]
    if len(heard):
        cepstra = cepstra - heard.mean(axis=0)
    padded = np.pad(cepstra, ((3, 3), (0, 0)), mode="edge")
    count = len(cepstra)

    def at(shift: int) -> Floats:
        return padded[3 + shift : 3 + shift + count]

    slopes = at(2) - at(-2)
    bends = (at(3) - at(-1)) - (at(1) - at(-3))
    return np.stack([cepstra, slopes, bends], axis=1)


def _frames(pcm: Pcm) -> Floats:
    """Overlapping windows, the last one filled up with silence, shape (frames, `_WINDOW`)."""
    sound = pcm.samples.astype(np.float32)
    lifted = np.append(sound[:1], sound[1:] - np.float32(_PRE_EMPHASIS) * sound[:-1])
    count = 1 + max(0, -(-(len(lifted) - _WINDOW) // _HOP))
    padded = np.zeros((count - 1) * _HOP + _WINDOW, np.float32)
    padded[: len(lifted)] = lifted
    return np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]


def _without_noise(bands: Powers) -> Powers:
    """Power by band, shape (frames, bands), less what lasts. Heard twice: the first time tells
    what lasts on this line, and how loud its last sound was."""
    noise = _Noise(bands[0])
    peak = _peaks(noise.hear(bands)[1], np.zeros(_BANDS))[-1]
    powers, signals, floors = noise.hear(bands)
    before = np.concatenate([peak[np.newaxis], _peaks(signals, peak)[:-1]]) * _DECAY
    masked = np.where(signals < _DECAY * before, before * _MASKED, signals)
    gains = np.maximum(masked, floors) / np.maximum(powers, _LEAST_POWER)
    return np.asarray(bands * (np.clip(gains, 1 / _MOST_GAIN, _MOST_GAIN) @ _AVERAGE))


class _Noise:
    """What lasts in each band."""

    def __init__(self, first: Powers) -> None:
        self._power, self._noise = first, first / _MOST_GAIN
        self._floor = self._noise

    def hear(self, bands: Powers) -> tuple[Powers, Powers, Powers]:
        """Smoothed power, what of it is signal, and the least that the signal is taken for, by
        frame and band."""
        powers, signals, floors = (np.empty_like(bands) for _ in range(3))
        power, noise, floor = self._power, self._noise, self._floor
        for frame, fresh in enumerate((1 - _SMOOTH) * bands):
            powers[frame] = power = _SMOOTH * power + fresh
            noise = _envelope(power, noise)
            signals[frame] = signal = np.maximum(power - noise, 1.0)
            floors[frame] = floor = _envelope(signal, floor)
        self._power, self._noise, self._floor = power, noise, floor
        return powers, signals, floors


def _envelope(power: Powers, below: Powers) -> Powers:
    """The lower envelope of a power, one frame on: it follows slowly upwards, fast downwards."""
    change = power - below
    return below + np.minimum(_RISE * change, _FALL * change)


def _peaks(signals: Powers, before: Powers) -> Powers:
    """The loudest sound so far in each band, decayed, after each frame."""
    decayed = np.log(_DECAY) * np.arange(len(signals))[:, np.newaxis]
    logs = np.log(signals) - decayed
    with np.errstate(divide="ignore"):
        logs[0] = np.maximum(logs[0], np.log(before * _DECAY))
    return np.asarray(np.exp(np.maximum.accumulate(logs, axis=0) + decayed))


def _mel_filters() -> Powers:
    """Triangles of unit area, their corners at points of the spectrum; shape (points, bands)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    mels = low + (high - low) / (_BANDS + 1) * np.arange(_BANDS + 2)
    corners = np.floor(700 * (10 ** (mels / 2595) - 1) / (WIDEBAND / _FFT) + 0.5)
    points = np.arange(_FFT // 2 + 1)
    filters = np.zeros((len(points), _BANDS))
    for band in range(_BANDS):
        left, center, right = corners[band : band + 3]
        rise, fall = (points - left) / (center - left), (right - points) / (right - center)
        area = (right - left) / 2 * (WIDEBAND / _FFT)
        filters[:, band] = np.clip(np.minimum(rise, fall), 0, None) / area
    return filters


def _cosines() -> Powers:
    """DCT-II and liftering in one; shape (bands, cepstra)."""
    orders = np.arange(CEPSTRA)
    cosines = np.cos(np.pi / _BANDS * np.outer(np.arange(_BANDS) + 0.5, orders))
    scale = np.where(orders == 0, np.sqrt(1 / _BANDS), np.sqrt(2 / _BANDS))
    lifter = 1 + _LIFTER / 2 * np.sin(orders * np.pi / _LIFTER)
    return np.asarray(cosines * scale * lifter)


def _averages() -> Powers:
    """A running mean over bands, shorter at both ends; shape (bands, bands)."""
    near = np.abs(np.subtract.outer(np.arange(_BANDS), np.arange(_BANDS))) <= _NEIGHBORS
    return np.asarray(near / near.sum(axis=0))


_HAMMING = np.hamming(_WINDOW).astype(np.float32)
_MEL = _mel_filters()
_DCT = _cosines()
_AVERAGE = _averages()
