"""Whether a line was quiet before what is heard now.

    one caller   ..........▇▆▇▇▅     spoke into silence, or into steady noise
    a crowd      ▅▁▇▅▆▁▅▆▅▇▆▇▇▅      was heard all the time, and now somebody in it is louder

Speech on a line that was not quiet may be anybody's, or the bot's own that comes back: it takes
more to tell that it is the caller's.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

_PAST_FRAMES, _ONSET_FRAMES = 100, 12
"""Two seconds, before the time in which speech is told for what it is."""
_LOUD_DB = 8.0
_QUIET_FRAMES = 2
"""A line is quiet where so few frames of that time were louder than that over its floor."""
_LEAST_FRAMES = 37
"""A line that was heard for less long is not known yet for a quiet one."""


class Unrest:
    """One call's line over the last moments."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_PAST_FRAMES + _ONSET_FRAMES)

    def feed(self, level_db: float) -> None:
        """One frame."""
        self._levels.append(level_db)

    def before(self, floor_db: float) -> bool:
        """The line was not quiet before what is heard now; `floor_db` is its noise floor."""
        if len(self._levels) < _LEAST_FRAMES:
            return True
        loud_db = floor_db + _LOUD_DB
        past = islice(self._levels, max(0, len(self._levels) - _ONSET_FRAMES))
        loud = (level for level in past if level > loud_db)
        return next(islice(loud, _QUIET_FRAMES, None), None) is not None
