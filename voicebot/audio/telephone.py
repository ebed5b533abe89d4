"""What a telephone line does to speech: its band, its rate and its companding."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from voicebot.audio import g711
from voicebot.audio.resample import resample
from voicebot.core.audio import NARROWBAND, Pcm, Samples

_LOW_HZ, _HIGH_HZ = 250, 3_400
_TAPS = 255


class Law(StrEnum):
    """Companding law of G.711."""

    MULAW = "mulaw"
    ALAW = "alaw"


def telephone(pcm: Pcm, law: Law = Law.MULAW, *, band_pass: bool = True) -> Pcm:
    """Speech as it arrives over G.711: 8 kHz, the same length, no delay.

    `band_pass` also removes what lies outside of 250-3400 Hz, as analog telephones do.
    """
    narrow = resample(pcm, NARROWBAND)
    if band_pass:
        narrow = Pcm(_filtered(narrow.samples), NARROWBAND)
    return round_trip(narrow, law)


def round_trip(pcm: Pcm, law: Law = Law.MULAW) -> Pcm:
    """Companded and back, at the rate that it has."""
    if law is Law.MULAW:
        return Pcm(g711.mulaw_decode(g711.mulaw_encode(pcm.samples)), pcm.rate)
    return Pcm(g711.alaw_decode(g711.alaw_encode(pcm.samples)), pcm.rate)


@cache
def _band_taps() -> NDArray[np.float64]:
    """Linear phase: a low-pass less a narrower one, Hamming window."""
    offsets = np.arange(_TAPS) - _TAPS // 2
    high, low = 2 * _HIGH_HZ / NARROWBAND, 2 * _LOW_HZ / NARROWBAND
    ideal = high * np.sinc(high * offsets) - low * np.sinc(low * offsets)
    return np.asarray(ideal * np.hamming(_TAPS))


def _filtered(samples: Samples) -> Samples:
    if not len(samples):
        return samples
    full = np.convolve(samples.astype(np.float64), _band_taps())
    centered = full[_TAPS // 2 : _TAPS // 2 + len(samples)]
    return np.asarray(np.clip(np.round(centered), -32768, 32767), dtype=np.int16)
