"""Whether a far end that should send sound still does.

A phone that dies without a BYE, or whose network goes away, is noticed by this and by the session
timer only, and the session timer takes half an hour.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Lifesign:
    """Fed now and then with what was received so far."""

    timeout_s: float
    """Silence of the network, not of the speaker, that ends a call; 0 for never."""
    _received: int = -1
    _since_s: float = 0.0

    def is_lost(self, now_s: float, received: int, *, expected: bool) -> bool:
        """Whether nothing came for `timeout_s`.

        `received` is any count that grows with RTP and RTCP packets; one that starts anew is a sign
        of life, too. While nothing is `expected` (hold), no time passes.
        """
        if received != self._received or not expected:
            self._received = received
            self._since_s = now_s
        return 0 < self.timeout_s <= now_s - self._since_s
