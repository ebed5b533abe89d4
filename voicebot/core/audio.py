"""Linear PCM as it passes between rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

FRAME_MS = 20
"""One frame of audio: the unit in which a call hears and in which its time passes, in ms."""

NARROWBAND = 8_000
"""Sampling rate of G.711 (ITU-T G.711), in Hz."""

WIDEBAND = 16_000
"""Sampling rate of G.722 and of the recognizers' models, in Hz."""


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """Mono linear PCM, 16 bit."""

    samples: Samples
    """Shape (n,), int16, full scale +-32768."""
    rate: int
    """Sampling rate in Hz."""

    @property
    def duration_ms(self) -> float:
        """Length in milliseconds."""
        return len(self.samples) * 1000 / self.rate

    def __len__(self) -> int:
        return len(self.samples)

    def to_bytes(self) -> bytes:
        """Little-endian int16, as ring buffers and WAV files have it."""
        return self.samples.astype("<i2", copy=False).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, rate: int) -> Pcm:
        """Read little-endian int16; `data` has an even length."""
        return cls(np.frombuffer(data, dtype="<i2"), rate)

    @classmethod
    def silence(cls, duration_ms: float, rate: int) -> Pcm:
        """Digital silence of the given length."""
        return cls(np.zeros(round(duration_ms * rate / 1000), dtype=np.int16), rate)

    @classmethod
    def join(cls, parts: Iterable[Pcm], rate: int) -> Pcm:
        """One after the other; every part has `rate`."""
        arrays = [part.samples for part in parts]
        return cls(np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int16), rate)

    def between(self, start_ms: float, end_ms: float | None = None) -> Pcm:
        """The part from `start_ms` to `end_ms` (the end, if None)."""
        first = max(0, round(start_ms * self.rate / 1000))
        last = len(self.samples) if end_ms is None else round(end_ms * self.rate / 1000)
        return Pcm(self.samples[first:last], self.rate)

    def frames(self) -> Iterator[Pcm]:
        """Whole frames of `FRAME_MS`; a shorter rest is left out."""
        size = frame_samples(self.rate)
        for first in range(0, len(self.samples) - size + 1, size):
            yield Pcm(self.samples[first : first + size], self.rate)


def frame_samples(rate: int) -> int:
    """Samples in one frame at `rate` Hz."""
    return rate * FRAME_MS // 1000
