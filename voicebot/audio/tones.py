"""Tones of the telephone, made by arithmetic: no sound files are needed to serve a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import Pcm

_FADE_MS = 4
"""Tones fade in and out over this, so that they do not click."""

DTMF_LOW = (697, 770, 852, 941)
DTMF_HIGH = (1209, 1336, 1477, 1633)
"""Frequencies of ITU-T Q.23, in Hz."""
_KEYPAD = ("123A", "456B", "789C", "*0#D")
DTMF_PAIRS: dict[str, tuple[int, int]] = {
    key: (low, high)
    for low, row in zip(DTMF_LOW, _KEYPAD, strict=True)
    for high, key in zip(DTMF_HIGH, row, strict=True)
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """A tone that comes and goes."""

    frequencies: tuple[int, ...]
    """In Hz, sounding together."""
    on_ms: int
    off_ms: int


RING_BACK_EU = Cadence((425,), 1_000, 4_000)
"""As ETSI and ITU-T E.180 recommend."""


def tone(frequencies: Sequence[float], duration_ms: float, rate: int, level_db: float) -> Pcm:
    """Sines of equal level sounding together; `level_db` is the level of the whole, in dBFS."""
    times = np.arange(round(duration_ms * rate / 1000)) / rate
    amplitude = 32768 * np.sqrt(2 / len(frequencies)) * 10 ** (level_db / 20)
    wave = np.zeros(len(times))
    for frequency in frequencies:
        wave += amplitude * np.sin(2 * np.pi * frequency * times)
    return _rounded(wave * _fades(len(times), rate), rate)


def ring_back(rate: int, cadence: Cadence = RING_BACK_EU, *, level_db: float = -22.0) -> Pcm:
    """One period of ringing as the caller hears it; loop it."""
    sound = tone(cadence.frequencies, cadence.on_ms, rate, level_db)
    return Pcm.join((sound, Pcm.silence(cadence.off_ms, rate)), rate)


def beep(rate: int, *, duration_ms: float = 200, level_db: float = -18.0) -> Pcm:
    """A short 1 kHz tone: speak now."""
    return tone((1_000,), duration_ms, rate, level_db)


def dtmf(keys: str, rate: int, *, on_ms: int = 100, off_ms: int = 60, level_db: float = -8) -> Pcm:
    """Keys as tones, a pause after each. Raises `ValueError` for a key that no telephone has."""
    unknown = sorted(set(keys.upper()) - DTMF_PAIRS.keys())
    if unknown:
        raise ValueError(f"no such keys: {' '.join(unknown)} (there are 0-9 * # A B C D)")
    pause = Pcm.silence(off_ms, rate)
    sounds = (tone(DTMF_PAIRS[key], on_ms, rate, level_db) for key in keys.upper())
    return Pcm.join((part for sound in sounds for part in (sound, pause)), rate)


def _fades(count: int, rate: int) -> NDArray[np.float64]:
    """Shape (count,): 1, rising from and falling to 0 at the ends."""
    steps = min(count // 2, round(_FADE_MS * rate / 1000))
    envelope = np.ones(count)
    ramp = np.sin(np.linspace(0, np.pi / 2, steps, endpoint=False)) ** 2
    envelope[:steps] = ramp
    envelope[count - steps :] = ramp[::-1]
    return envelope


def _rounded(wave: NDArray[np.float64], rate: int) -> Pcm:
    return Pcm(np.clip(np.round(wave), -32768, 32767).astype(np.int16), rate)
