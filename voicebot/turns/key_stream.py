"""One stream of keys a call, whatever the methods that tell of them.

A press may be told of by RFC 4733, by SIP INFO and by its tone, and the far end may use any of
them, or several for one press:

    pressed        T
    rfc4733        T + 20 to 100 ms
    inband         T + 80 to 500 ms: jitter buffer, and 40 to 60 ms to know the tone
    info           T + 20 ms to 1 s, or when the key is let go

Each method tells the story of the keys in order, perhaps with gaps. So a press by one method is
the same as one that another method told of if it is the next one of that key after the place
where the method itself has got to, and no longer ago than `OVERLAP_MS`. Two presses that one
method tells of are always two.

Tones are heard, not told: there are remnants of tones whose press came by signaling, cut short
or broken in two, and speech may sound like one. So once a press came by signaling, tones count
for nothing until another phone may have taken over (`forget`).

What no rule can know: two presses of one key within `OVERLAP_MS` of which each came by another
method only are taken for one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from voicebot.turns.key_drops import DropReason

OVERLAP_MS = 2_000
"""A key let go so long after it was pressed, and told of only then, is still the same press."""

INBAND = "inband"
KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class _Told:
    key: str = field(repr=False)
    at_ms: int
    number: int
    """Counts presses of the call."""


class KeyStream:
    """One call's presses."""

    def __init__(self) -> None:
        self.method = ""
        """The method that this call's keys come by, once one did."""
        self._recent: deque[_Told] = deque()
        self._count = 0
        self._places: dict[str, int] = {}
        """How much of the story each method has told: the number of its next press."""

    def press(self, key: str, method: str, at_ms: int) -> DropReason | None:
        """`method` tells of a key at `at_ms` of the call. None: it counts; else why not."""
        if key not in KEYS:
            return DropReason.UNKNOWN
        while self._recent and at_ms - self._recent[0].at_ms > OVERLAP_MS:
            self._recent.popleft()
        if self._was_told(key, method):
            return DropReason.DUPLICATE
        if method == INBAND and self.method not in ("", INBAND):
            return DropReason.OTHER_METHOD
        self._recent.append(_Told(key, at_ms, self._count))
        self._count += 1
        self._places[method] = self._count
        if self.method in ("", INBAND):
            self.method = method
        return None

    def forget(self) -> None:
        """Another phone may have taken the call over: tones count again."""
        self.method = ""

    def _was_told(self, key: str, method: str) -> bool:
        place = self._places.get(method, 0)
        for told in self._recent:
            if told.number >= place and told.key == key:
                self._places[method] = told.number + 1
                if self.method == INBAND:
                    self.method = method
                return True
        return False
