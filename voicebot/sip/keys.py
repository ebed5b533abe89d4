"""Which events of a leg are presses.

Within RFC 4733 a press is known by its first packet; its updates and its end are no presses. Some
gateways tell of each press twice, by RFC 4733 and by SIP INFO: both go up, and one stream is made
of them where tones are heard, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

UPDATE = 1
"""Flag of an event that was announced before (PJMEDIA_STREAM_DTMF_IS_UPDATE)."""

_KEYS = frozenset("0123456789*#ABCD")


@dataclass(slots=True)
class KeyStream:
    """Decides which events are presses."""

    left_out: dict[str, int] = field(default_factory=dict)
    """Events that were no press, by reason."""

    def press(self, key: str, method: str, flags: int) -> str | None:
        """The key pressed (one of 0-9 * # A-D), or None if this event is no new press."""
        if method == "rfc4733" and flags & UPDATE:
            return None
        key = key.upper()
        if key not in _KEYS:
            self.left_out["unknown key"] = self.left_out.get("unknown key", 0) + 1
            return None
        return key
