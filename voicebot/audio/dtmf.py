"""Keys as tones in the sound of the line, found to the limits of ITU-T Q.23 and Q.24.

frame ─▶ four spectra, 5 ms apart ─▶ a pair stands out? ─▶ as loud for 30 ms? ─▶ fit two sines
                                                            to that piece: frequencies, twist,
                                                            what is left over ─▶ a key

A tone's length is measured between the points where it has half its amplitude, so that neither
the window nor noise stretches it. Most frames hold no pair and end at the spectra.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from voicebot.audio.tone_pair import TonePairs
from voicebot.audio.tones import DTMF_HIGH, DTMF_LOW, DTMF_PAIRS
from voicebot.core.audio import FRAME_MS, Samples, frame_samples

HOP_MS = 5
"""From one spectrum to the next."""
PRESENT_HOPS = 7
"""A tone that is there at so many spectra, and so lasts 30 to 35 ms, is a key: 40 ms are long
enough by Q.24 and 23 are not."""
ABSENT_HOPS = 5
"""So many spectra without it end a tone: a gap of 10 ms does not, a pause of 40 ms does."""
REPLACED_HOPS = 3
"""A key that was heard gives way to another without a pause when it is absent for so long."""
STANDS_OUT = 0.45
"""Power of a pair, of all in the window: with less nothing is looked at more closely. Half-filled
windows and tones off their nominal frequency still have it."""

_HOPS = FRAME_MS // HOP_MS
_KEPT_MS = 60
_KEPT_FRAMES = _KEPT_MS // FRAME_MS
_KEYS = {
    (DTMF_LOW.index(low), 4 + DTMF_HIGH.index(high)): key for key, (low, high) in DTMF_PAIRS.items()
}
_FLOAT = np.dtype(np.float32)
_Pair = tuple[int, int]
_NO_PAIRS: list[_Pair | None] = [None] * _HOPS


@dataclass(frozen=True, slots=True)
class ToneKey:
    """A key was heard; comes once a press, some 40 to 60 ms after its tone began."""

    key: str = field(repr=False)
    """One of 0-9 * # A B C D."""
    onset_ms: float
    """When the tone began, within 5 ms, counted in sound fed."""


@dataclass(slots=True)
class _Run:
    """A pair that stands out, hop after hop."""

    pair: _Pair
    low_peak: float = 0.0
    high_peak: float = 0.0
    """The greatest power so far."""
    powers: list[tuple[float, float]] = field(default_factory=list)
    """Of both tones at each hop since the pair stood out, until it is known for a key."""
    absent: int = 0
    """Hops in a row without it."""
    heard: bool = False
    """It is a key."""

    def take(self, low: float, high: float) -> None:
        """Another hop, and the power of both tones at it."""
        self.low_peak, self.high_peak = max(self.low_peak, low), max(self.high_peak, high)
        self.absent = 0 if self._is_loud(low, high) else self.absent + 1
        if not self.heard:
            self.powers.append((low, high))

    @property
    def present(self) -> int:
        """Hops in a row, up to the last one, at which both tones have half their amplitude."""
        count = 0
        for low, high in reversed(self.powers):
            if not self._is_loud(low, high):
                break
            count += 1
        return count

    def _is_loud(self, low: float, high: float) -> bool:
        return low >= self.low_peak / 4 and high >= self.high_peak / 4


class DtmfDetector:
    """Listens to one call."""

    def __init__(self, rate: int) -> None:
        """`rate` is 8000 or 16000 Hz."""
        self._rate = rate
        self._hop = rate * HOP_MS // 1000
        self._count = frame_samples(rate)
        self._pairs = TonePairs.at(rate, self._hop)
        self._sound = np.zeros(rate * _KEPT_MS // 1000, dtype=np.float32)
        silence = np.zeros(self._count, dtype=np.float32)
        self._frames = deque([silence] * _KEPT_FRAMES, maxlen=_KEPT_FRAMES)
        """The last ones, which `_sound` holds once it is looked at."""
        self._energy = 0.0
        """Of the frame before."""
        reach = self._pairs.length + (_HOPS - 1) * self._hop
        self._blocks = sliding_window_view(self._sound[-reach:], self._pairs.length)[:: self._hop]
        nothing = np.zeros((_HOPS, 8), dtype=np.complex64)
        self._spectra = deque([nothing] * _KEPT_FRAMES, maxlen=_KEPT_FRAMES)
        """Of the last frames that were looked at."""
        self._fed = 0
        self._run: _Run | None = None

    @property
    def fed_ms(self) -> float:
        """Sound fed so far."""
        return self._fed * 1000 / self._rate

    @property
    def sounding(self) -> bool:
        """The tone of a key that was heard has not ended."""
        return self._run is not None and self._run.heard

    def feed(self, samples: Samples) -> tuple[ToneKey, ...]:
        """Hear one frame (`FRAME_MS`) at the detector's rate."""
        floats = samples.astype(_FLOAT)
        self._frames.append(floats)
        self._fed += self._count
        if self._is_soft(float(floats.dot(floats))) and self._run is None:
            return ()
        np.concatenate(self._frames, out=self._sound)
        spectra = self._pairs.spectra(self._blocks)
        self._spectra.append(spectra)
        powers = spectra.real**2 + spectra.imag**2
        pairs = self._standing_out(powers)
        if self._run is None and not any(pairs):
            return ()
        found = (self._step(pairs[hop], powers[hop], _HOPS - 1 - hop) for hop in range(_HOPS))
        return tuple(key for key in found if key is not None)

    def _is_soft(self, energy: float) -> bool:
        """There is too little sound in this frame and the one before, and so in all windows that
        end in this one, for any tone to stand out in one of them. A tone's history begins where it
        stands out: no spectrum is missed later."""
        both, self._energy = energy + self._energy, energy
        return both < self._pairs.least_energy

    def _standing_out(self, powers: NDArray[np.float32]) -> list[_Pair | None]:
        """The pair that stands out at each hop, if one does."""
        rows = powers.tolist()
        loudest = [(max(row[:4]), max(row[4:])) for row in rows]
        loud = [min(both) > self._pairs.least_power for both in loudest]
        if not any(loud):
            return _NO_PAIRS
        least = STANDS_OUT * self._pairs.energies(self._blocks)
        clear = np.array(loudest, _FLOAT).sum(axis=1) > least
        return [
            (row[:4].index(low), row.index(high, 4)) if loud[hop] and clear[hop] else None
            for hop, (row, (low, high)) in enumerate(zip(rows, loudest, strict=True))
        ]

    def _step(self, pair: _Pair | None, powers: NDArray[np.float32], later: int) -> ToneKey | None:
        """One hop; `later` hops of the same frame come after it."""
        run = self._run
        if run is not None:
            run.take(float(powers[run.pair[0]]), float(powers[run.pair[1]]))
        if run is None or self._gives_way(run, pair):
            run = self._run = _Run(pair) if pair is not None else None
            if run is not None:
                run.take(float(powers[run.pair[0]]), float(powers[run.pair[1]]))
        if run is None or run.heard or pair is None:
            return None
        return self._judge(run, later)

    def _gives_way(self, run: _Run, pair: _Pair | None) -> bool:
        if run.absent >= ABSENT_HOPS:
            return True
        other = pair is not None and pair != run.pair
        return other and (not run.heard or run.absent >= REPLACED_HOPS)

    def _judge(self, run: _Run, later: int) -> ToneKey | None:
        present = run.present
        if present < PRESENT_HOPS:
            return None
        spectra = np.concatenate(self._spectra)
        last = len(spectra) - later
        spectra = spectra[last - min(present, PRESENT_HOPS + 1) : last]
        # Up to 1 ms after the middle of the last window: the shortest tone reaches as far.
        middle = self._pairs.length // 2 + later * self._hop
        piece = self._sound[: len(self._sound) - middle + self._rate // 1000]
        if not self._pairs.are_a_key(run.pair, spectra, piece):
            return None
        run.heard = True
        onset = self._fed - middle - (present - 1) * self._hop
        return ToneKey(_KEYS[run.pair], max(0.0, onset * 1000 / self._rate))
