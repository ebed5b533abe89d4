"""PCM of any length in, whole frames out."""

from __future__ import annotations

from voicebot.core.audio import Pcm, frame_samples


class Framer:
    """Cuts one stream into frames of 20 ms; what is left over waits for the next piece."""

    def __init__(self, rate: int) -> None:
        """`rate` in Hz, the same for every piece."""
        self.rate = rate
        self._rest = Pcm.silence(0, rate)

    @property
    def pending_ms(self) -> float:
        """What waits for the rest of its frame."""
        return self._rest.duration_ms

    def feed(self, pcm: Pcm) -> tuple[Pcm, ...]:
        """The whole frames that are there now. Raises `ValueError` for another rate."""
        if pcm.rate != self.rate:
            raise ValueError(f"framer is for {self.rate} Hz, got {pcm.rate} Hz")
        joined = Pcm.join((self._rest, pcm), self.rate)
        frames = tuple(joined.frames())
        used = len(frames) * frame_samples(self.rate)
        self._rest = Pcm(joined.samples[used:], self.rate)
        return frames

    def flush(self) -> Pcm:
        """What waits, shorter than a frame; the framer is empty afterwards."""
        rest, self._rest = self._rest, Pcm.silence(0, self.rate)
        return rest
