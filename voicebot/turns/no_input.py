"""When a caller counts as silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing came since the prompt ended. Comes once."""

    silent_ms: int
    """How long the caller was waited for, without the times of speech and keys."""


class NoInputTimer:
    """Runs from the end of the prompt as played, not as queued; stands still in between."""

    def __init__(self, no_input_ms: int) -> None:
        """`no_input_ms` is at least one frame."""
        self._no_input_ms = no_input_ms
        self._running = False
        self._silent_ms = 0
        self._last_ms = 0

    @property
    def running(self) -> bool:
        """The prompt has ended and the time is not up."""
        return self._running

    def start(self, at_ms: int) -> None:
        """The prompt has been played to its end (or there was none): count from 0."""
        self._running = True
        self._silent_ms = 0
        self._last_ms = at_ms

    def stop(self) -> None:
        """A prompt plays again, or the caller's input was taken."""
        self._running = False

    def feed(self, at_ms: int, *, held: bool) -> tuple[NoInput, ...]:
        """Time went on to `at_ms`; `held` while speech or keys are under way."""
        passed, self._last_ms = at_ms - self._last_ms, at_ms
        if not self._running or held:
            return ()
        self._silent_ms += passed
        if self._silent_ms < self._no_input_ms:
            return ()
        self._running = False
        return (NoInput(self._silent_ms),)
