"""Music for those who wait: kept a little ahead of what is played, so that it stops at once."""

from __future__ import annotations

from voicebot.core.audio import Pcm
from voicebot.core.ports import Leg

AHEAD_MS = 300
PIECE_MS = 100


class Music:
    """A loop that plays on a leg whenever nothing else does."""

    def __init__(self, leg: Leg, loop: Pcm) -> None:
        self._leg = leg
        self._loop = loop
        self._at_ms = 0.0

    def keep_playing(self) -> None:
        """Top up what is to be played; to be called every frame."""
        missing_ms = AHEAD_MS - self._leg.pending_ms
        # What is missing is reckoned once: a leg that is gone takes nothing and stays at 0.
        while missing_ms > 0 and len(self._loop):
            piece = self._loop.between(self._at_ms, self._at_ms + PIECE_MS)
            if not len(piece):
                self._at_ms = 0.0
                continue
            self._leg.play(piece)
            self._at_ms += piece.duration_ms
            missing_ms -= piece.duration_ms

    def stop(self) -> None:
        """Fall silent at once; `keep_playing` goes on a little later in the loop."""
        self._leg.flush()
