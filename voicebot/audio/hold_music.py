"""Quiet hold music without a recording: slow broken chords, soft plucked notes, an endless loop.

Written for the telephone: every partial lies between 190 and 3400 Hz, there is no percussion and
no sharp attack. The tail of the last notes sounds on under the first, so the loop has no seam.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from voicebot.core.audio import Pcm, Samples

_NOTE_S = 0.5
_DECAY_S = 0.9
_RING_S = 3.0
_ATTACK_S = 0.015
_PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.12), (4, 0.05))
_LEVEL_DB = -26.0

# Two bars a line, eight notes each, as semitones above G3 (196 Hz): G, E minor, C, D with
# passing notes of the pentatonic scale, and once more, a little higher.
_BARS = (
    (0, 7, 12, 16, 19, 16, 12, 7),
    (-3 + 12, 7, 4, 12, 16, 12, 16, 12),
    (5, 12, 17, 21, 17, 21, 17, 12),
    (7, 14, 19, 14, 21, 19, 14, 7),
    (0, 7, 12, 19, 24, 19, 16, 12),
    (4, 9, 16, 21, 24, 21, 16, 9),
    (5, 12, 17, 24, 21, 17, 12, 5),
    (7, 14, 19, 21, 19, 14, 7, 2),
)
_ROOT_HZ = 196.0


def hold_music(rate: int) -> Pcm:
    """32 s of music at about -26 dBFS; playing it again and again makes no seam."""
    return Pcm(_loop(rate), rate)


@cache
def _loop(rate: int) -> Samples:
    notes = [note for bar in _BARS for note in bar]
    step = round(_NOTE_S * rate)
    wave = np.zeros(step * len(notes))
    for index, note in enumerate(notes):
        _add_around(wave, index * step, _pluck(_ROOT_HZ * 2 ** (note / 12), rate))
    wave *= 32768 * 10 ** (_LEVEL_DB / 20) / np.sqrt(np.mean(wave**2))
    samples = np.round(wave).astype(np.int16)
    samples.flags.writeable = False
    return samples


def _pluck(frequency: float, rate: int) -> NDArray[np.float64]:
    times = np.arange(round(_RING_S * rate)) / rate
    wave = np.zeros(len(times))
    for number, weight in _PARTIALS:
        if frequency * number < min(3_400, rate / 2):
            decay = np.exp(-times * number / _DECAY_S)
            wave += weight * decay * np.sin(2 * np.pi * frequency * number * times)
    attack = np.minimum(times / _ATTACK_S, 1)
    release = np.minimum((_RING_S - times) / 0.2, 1)
    return np.asarray(wave * attack * release)


def _add_around(wave: NDArray[np.float64], start: int, note: NDArray[np.float64]) -> None:
    """Add in place; what goes past the end goes to the beginning."""
    places = (start + np.arange(len(note))) % len(wave)
    np.add.at(wave, places, note)
