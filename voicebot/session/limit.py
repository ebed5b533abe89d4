"""How long a call may last: counted in sound, without the time with a person."""

from __future__ import annotations

from voicebot.core.audio import FRAME_MS
from voicebot.core.call import CallState
from voicebot.flow.flow import Flow
from voicebot.session.context import Context


class TimeIsUp(Exception):
    """The call has lasted as long as it may; surfaces once, wherever the call waits."""


class CallLimit:
    """Counts the frames of one call; told of each by the line."""

    def __init__(self, context: Context, flow: Flow) -> None:
        limit, default_ms = flow.file.max_call, flow.settings.max_call_ms
        self._context = context
        self._left_ms = (default_ms if limit.after is None else limit.after) or None
        self._warn_ms = limit.warn_before if limit.warning else 0
        self._with_people = limit.with_people

    def frame(self) -> None:
        """A frame has passed. Raises `TimeIsUp`."""
        if self._left_ms is None or self._is_excused():
            return
        self._left_ms -= FRAME_MS
        if self._left_ms <= 0:
            self._left_ms = None
            raise TimeIsUp

    def lift(self) -> None:
        """What comes now may take as long as it takes."""
        self._left_ms = None

    def should_warn(self) -> bool:
        """The end is near; true once."""
        if self._left_ms is None or not self._warn_ms or self._left_ms > self._warn_ms:
            return False
        self._warn_ms = 0
        return True

    def _is_excused(self) -> bool:
        return self._context.state is CallState.CONNECTED and not self._with_people
