"""One stream of keys a call, whatever the methods that the far end sends them by.

Some gateways send each press twice, by RFC 4733 and by SIP INFO. The first method that brings a
key is the method of the call; the other is counted and left out. Within RFC 4733 a press is known
by its first packet; its updates and its end are no presses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

UPDATE = 1
"""Flag of an event that was announced before (PJMEDIA_STREAM_DTMF_IS_UPDATE)."""

_KEYS = frozenset("0123456789*#ABCD")


@dataclass(slots=True)
class KeyStream:
    """Decides which events are presses."""

    method: str = ""
    """`rfc4733` or `info`, once a key came."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Events that were no press, by reason."""

    def press(self, key: str, method: str, flags: int) -> str | None:
        """The key pressed (one of 0-9 * # A-D), or None if this event is no new press."""
        if method == "rfc4733" and flags & UPDATE:
            return None
        key = key.upper()
        if key not in _KEYS:
            self._leave_out("unknown key")
            return None
        if not self.method:
            self.method = method
        if method != self.method:
            self._leave_out(f"doubled by {method}")
            return None
        return key

    def _leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
