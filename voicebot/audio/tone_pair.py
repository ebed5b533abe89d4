"""Whether two tones are a key's, by the limits of ITU-T Q.23 and Q.24.

Frequencies come from the phase that the tones gain from one spectrum to the next, which tells
2 Hz in 35 ms; levels and what is left over come from a fit of two sines at these frequencies.

Levels are in dBm0 for each tone by itself: a sine of 16-bit full scale (amplitude 32768) is
+3.17 dBm0, the overload point of G.711's mu-law (A-law: +3.14).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.tones import DTMF_HIGH, DTMF_LOW

FULL_SCALE_DBM0 = 3.17
"""Level of a sine of amplitude 32768."""
WINDOW_MS = 16
"""Length of a spectrum's window (von Hann)."""
FIT_MS = 28
"""Length of the piece that the sines are fitted to, within the shortest tone."""

LEVEL_DBM0 = -38.0
"""The softer tone must reach it: -25 must be found, -55 must not."""
MOST_TWIST_DB, LEAST_TWIST_DB = 5.0, -9.0
"""High tone less low tone: +4 to -8 must be found."""
MOST_OFFSET = 0.021
"""Of the nominal frequency: 1.5 % + 2 Hz (1.79 % at 697 Hz) must be found, 3.5 % must not."""
MOST_LEFT_OVER = 0.16
"""Power beside the two tones, of all: -8 dB."""
MOST_HARMONIC = 0.02
"""Power at twice a tone's frequency, of that tone: -17 dB. Speech has more. The same of both tones
for the product of third order below them, which is one of clipping, too."""
MOST_DIFFERENCE = 0.008
"""Power at the difference of both frequencies, of both tones: -21 dB. In a vowel they are harmonics
of one voice and so is their difference; in a tone that is clipped it is not to be found."""
MOST_CHANGE_DB = 2.0
"""Of either tone from the first half of the piece to the second. Speech changes more."""

_NOMINAL_HZ = np.array((*DTMF_LOW, *DTMF_HIGH), dtype=np.float64)
_Floats = NDArray[np.float64]
_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class TonePairs:
    """What the eight tones are looked for with, at one rate."""

    rate: int
    hop: int
    """From one spectrum to the next, in samples."""
    length: int
    """Of a window, in samples."""
    squared: NDArray[np.float32]
    """Shape (length,): the window's square, for energies."""
    base: NDArray[np.float32]
    """Shape (length, 16): windowed cosines and sines in turn, so scaled that a tone's power in
    the spectrum is its energy in the window."""
    least_power: float
    """Of a tone at `LEVEL_DBM0`, less 3 dB."""
    least_energy: float
    """Sound whose samples' squares come to less holds no such tone (Cauchy and Schwarz)."""
    turns: NDArray[np.complex128]
    """Shape (8,): what a nominal tone's phase gains in a hop."""

    @staticmethod
    @cache
    def at(rate: int, hop: int) -> TonePairs:
        """For a rate in Hz."""
        length = rate * WINDOW_MS // 1000
        window = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
        window_power = float(np.sum(window**2))
        scale = np.sqrt(2 * window_power) / np.sum(window)
        angles = 2 * np.pi / rate * np.outer(np.arange(length), _NOMINAL_HZ)
        waves = np.exp(-1j * angles) * (window * scale)[:, None]
        most_gain = float(np.max(np.sum(np.abs(waves) ** 2, axis=0)))
        amplitude = 32768 * 10 ** ((LEVEL_DBM0 - 3 - FULL_SCALE_DBM0) / 20)
        return TonePairs(
            rate=rate,
            hop=hop,
            length=length,
            squared=(window**2).astype(np.float32),
            base=np.ascontiguousarray(waves).view(np.float64).astype(np.float32),
            least_power=float(np.float32(amplitude**2 / 2 * window_power)),
            least_energy=amplitude**2 / 2 * window_power / most_gain,
            turns=np.exp(2j * np.pi / rate * hop * _NOMINAL_HZ),
        )

    def spectra(self, blocks: NDArray[np.float32]) -> NDArray[np.complex64]:
        """Shape (hops, length) to (hops, 8)."""
        return (blocks @ self.base).view(np.complex64)

    def energies(self, blocks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (hops, length) to (hops,): of all that is in the window."""
        return np.asarray(blocks**2 @ self.squared)

    def are_a_key(
        self, pair: _Pair, spectra: NDArray[np.complex64], sound: NDArray[np.float32]
    ) -> bool:
        """Whether the last `FIT_MS` of `sound` are a key's two tones and little else. `spectra`,
        shape (4 or more, 8), are the last ones in which both tones stand out."""
        chosen = list(pair)
        offsets = self._offsets_hz(spectra[:, chosen], self.turns[chosen])
        if np.any(np.abs(offsets) > MOST_OFFSET * _NOMINAL_HZ[chosen]):
            return False
        piece = sound[-(self.rate * FIT_MS // 1000) :].astype(np.float64)
        return _are_two_tones(piece, 2 * np.pi / self.rate * (_NOMINAL_HZ[chosen] + offsets))

    def _offsets_hz(self, spectra: NDArray[np.complex64], turns: NDArray[np.complex128]) -> _Floats:
        """How far either tone is from its nominal frequency, by its spectra, shape (hops, 2)."""
        near = np.angle(np.sum(spectra[1:] * spectra[:-1].conj(), axis=0) / turns)
        # Over three hops the same error of phase makes a third of the error in frequency; the
        # gain over one hop says which of the possible answers it is.
        far = np.sum(spectra[3:] * spectra[:-3].conj(), axis=0) / (turns * np.exp(1j * near)) ** 3
        gains = near + np.angle(far) / 3
        return np.asarray(gains * self.rate / (2 * np.pi * self.hop), dtype=np.float64)


def _are_two_tones(piece: _Floats, angles: _Floats) -> bool:
    """Whether a piece of sound is two sines, of these angles a sample, and little else."""
    powers, rest = _fit(piece, angles)
    if float(rest @ rest) > MOST_LEFT_OVER * float(piece @ piece):
        return False
    levels = 10 * np.log10(np.maximum(powers, 1e-9) * 2 / 32768**2) + FULL_SCALE_DBM0
    if levels.min() < LEVEL_DBM0 or not LEAST_TWIST_DB <= levels[1] - levels[0] <= MOST_TWIST_DB:
        return False
    if not _are_alone(rest, angles, powers):
        return False
    half = len(piece) // 2
    ratios = _fit(piece[:half], angles)[0] / np.maximum(_fit(piece[half:], angles)[0], 1e-9)
    return bool(np.all(np.abs(10 * np.log10(np.maximum(ratios, 1e-9))) <= MOST_CHANGE_DB))


def _are_alone(rest: _Floats, angles: _Floats, powers: _Floats) -> bool:
    """Whether what is left has nothing where other harmonics of one voice would be."""
    low, high = angles
    others, _ = _fit(rest, np.array([2 * low, 2 * high, high - low, abs(2 * low - high)]))
    both = powers.sum()
    return bool(
        np.all(others[:2] <= MOST_HARMONIC * powers)
        and others[2] <= MOST_DIFFERENCE * both
        and others[3] <= MOST_HARMONIC * both
    )


def _fit(piece: _Floats, angles: _Floats) -> tuple[_Floats, _Floats]:
    """Least squares of a sine at each frequency: their powers, and what is left of the piece."""
    phases = np.outer(np.arange(len(piece)), angles)
    base = np.concatenate((np.cos(phases), np.sin(phases)), axis=1)
    weights = np.linalg.solve(base.T @ base, base.T @ piece)
    powers = (weights[: len(angles)] ** 2 + weights[len(angles) :] ** 2) / 2
    return powers, piece - base @ weights
