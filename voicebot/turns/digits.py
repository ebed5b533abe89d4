"""Collecting a string of keys.

An open string ends at its greatest length, at a terminator, or by the pause after its last key.
With options (a menu) it ends as soon as it is an option that no longer one begins with, and is
invalid as soon as no option begins with it. A key that an option needs at this place is a digit,
even where it is a terminator or the cancel key elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from voicebot.core.turn import KeySpec
from voicebot.turns.key_buffer import KeyBuffer

KEYS = "0123456789*#ABCD"
_DIGITS = "0123456789"


class CollectReason(StrEnum):
    """Why the collection ended."""

    COMPLETE = "complete"
    """As long as it can be, or an option."""
    TERMINATOR = "terminator"
    TIMEOUT = "timeout"
    """The pause after the last key; what there is will do."""
    INVALID = "invalid"
    """Too short, or no option."""


class IgnoreReason(StrEnum):
    """Why a key did not count."""

    NOT_WANTED = "not_wanted"
    """No digit, and nothing here asks for it."""
    ENDED = "ended"
    """The string had ended."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The string is there. Comes once."""

    digits: str = field(repr=False)
    """Without its terminator. Personal: not in logs."""
    reason: CollectReason


@dataclass(frozen=True, slots=True)
class Erased:
    """The cancel key took back what was typed."""

    count: int
    """How many digits."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A key did not count."""

    key: str = field(repr=False)
    reason: IgnoreReason
    method: str = ""
    """What told of it, where that is known."""


DigitEvent = Collected | Erased | Ignored


class DigitCollector:
    """One string. Keys and time come in; at most one `Collected` comes out."""

    def __init__(self, spec: KeySpec, inter_digit_ms: int, term_timeout_ms: int = 0) -> None:
        """`term_timeout_ms`: how long a full string waits for its terminator."""
        self._spec = spec
        self._inter_digit_ms = inter_digit_ms
        self._term_timeout_ms = term_timeout_ms if spec.terminators else 0
        self._digits = ""
        self._last_key_ms = 0
        self.ended = False

    @property
    def active(self) -> bool:
        """A string is begun and not ended: the no-input timer is to be held."""
        return bool(self._digits) and not self.ended

    @property
    def count(self) -> int:
        """How many digits were typed so far."""
        return len(self._digits)

    def key(self, key: str, at_ms: int) -> tuple[DigitEvent, ...]:
        """A key was pressed. Raises `ValueError` for what is none (0-9 * # A-D)."""
        if len(key) != 1 or key not in KEYS:
            raise ValueError("a key is one of 0-9 * # A-D")
        if self.ended:
            return (Ignored(key, IgnoreReason.ENDED),)
        self._last_key_ms = at_ms
        return self._option_key(key) if self._spec.options else self._open_key(key)

    def tick(self, at_ms: int) -> tuple[DigitEvent, ...]:
        """Time went on to `at_ms`."""
        patience_ms = self._term_timeout_ms if self._is_full else self._inter_digit_ms
        if not self.active or at_ms - self._last_key_ms < patience_ms:
            return ()
        return self._end(CollectReason.COMPLETE if self._is_full else CollectReason.TIMEOUT)

    @property
    def _is_full(self) -> bool:
        return not self._spec.options and len(self._digits) >= self._spec.max_digits

    def take(self, buffer: KeyBuffer, at_ms: int) -> tuple[DigitEvent, ...]:
        """Use what was typed ahead, as far as it is needed; the rest stays in the buffer."""
        events: tuple[DigitEvent, ...] = ()
        while not self.ended and buffer.next_key:
            if self._is_full and buffer.next_key not in self._spec.terminators:
                return (*events, *self._end(CollectReason.COMPLETE))  # It is the next question's.
            press = buffer.take()
            assert press is not None
            events += tuple(
                replace(event, method=press.method) if isinstance(event, Ignored) else event
                for event in self.key(press.key, at_ms)
            )
        return events

    def _option_key(self, key: str) -> tuple[DigitEvent, ...]:
        longer = self._digits + key
        matching = [option for option in self._spec.options if option.startswith(longer)]
        if matching:
            self._digits = longer
            return self._end(CollectReason.COMPLETE) if matching == [longer] else ()
        if function := self._function_key(key):
            return function
        if key in "ABCD":
            return (Ignored(key, IgnoreReason.NOT_WANTED),)
        self._digits = longer
        return self._end(CollectReason.INVALID)

    def _open_key(self, key: str) -> tuple[DigitEvent, ...]:
        if function := self._function_key(key):
            return function
        if key not in _DIGITS:
            return (Ignored(key, IgnoreReason.NOT_WANTED),)
        if self._is_full:
            return (Ignored(key, IgnoreReason.NOT_WANTED),)
        self._digits += key
        ends = self._is_full and not self._term_timeout_ms
        return self._end(CollectReason.COMPLETE) if ends else ()

    def _function_key(self, key: str) -> tuple[DigitEvent, ...]:
        if key in self._spec.terminators:
            return self._end(CollectReason.TERMINATOR)
        if key == self._spec.cancel:
            erased, self._digits = len(self._digits), ""
            return (Erased(erased),)
        return ()

    def _end(self, reason: CollectReason) -> tuple[DigitEvent, ...]:
        self.ended = True
        return (Collected(self._digits, reason if self._is_valid() else CollectReason.INVALID),)

    def _is_valid(self) -> bool:
        if self._spec.options:
            return self._digits in self._spec.options
        return self._spec.min_digits <= len(self._digits) <= self._spec.max_digits
