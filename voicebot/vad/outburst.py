"""Sound that stands out from a line that was quiet: something has begun.

    level    ......|....▂▅▇▇        over the noise floor, and over every frame of the last second
             past  | rise           but those of the rise itself, and those were soft: an outburst

It tells nothing of what began, but within 40 to 60 ms, where speech is told from other sound
after 100 to 300. A line whose outbursts were no speech is believed the less often.
"""

from __future__ import annotations

from collections import deque

_PAST_FRAMES = 50
_QUIET_DB, _CLICK_FRAMES = 12.0, 3
"""A line is quiet where so few frames of the last second were louder than that over its floor."""
_LEAST_PAST_FRAMES = 25
_RISE_FRAMES = 8
_PROOF_FRAMES = 25
"""After an outburst of speech, it is known for speech within this time."""
_COUNTING_FRAMES = 3
"""A shorter outburst made no difference, so nothing is learned from it."""
_DOUBT_FRAMES, _MOST_DOUBT_FRAMES = 250, 3_000
"""After one that was no speech the next are passed over: for 5 s, then for 10, up to a minute."""


class Outburst:
    """One call's line, frame by frame."""

    def __init__(self, *, over_floor_db: float, over_past_db: float) -> None:
        self._over_floor_db = over_floor_db
        self._over_past_db = over_past_db
        self._past: deque[float] = deque(maxlen=_PAST_FRAMES)
        self._rise: deque[float] = deque(maxlen=_RISE_FRAMES)
        self._since_began = 0
        """Frames since the outburst under way began, it included; 0 where there is none."""
        self._stood_out = 0
        self._proved = False
        self._doubt = _DOUBT_FRAMES
        self._passed_over = 0
        """Frames for which outbursts do not count yet."""

    def feed(self, level_db: float, floor_db: float, *, near: bool = True) -> bool:
        """One frame, and the noise floor of the line before it; `near` where it is no echo of the
        bot. True where it stands out."""
        # Most frames are no louder than the line.
        loud = near and level_db > floor_db + self._over_floor_db
        stands_out = loud and not self._passed_over and self._stands_out(level_db, floor_db)
        if self._passed_over:
            self._passed_over -= 1
        if len(self._rise) == _RISE_FRAMES:
            self._past.append(self._rise[0])
        self._rise.append(level_db)
        if stands_out or self._since_began:
            self._follow(stands_out=stands_out)
        return stands_out

    def learn(self, *, speech: bool) -> None:
        """What the frame that was fed last turned out to be."""
        if self._since_began:
            self._proved = self._proved or speech

    def _stands_out(self, level_db: float, floor_db: float) -> bool:
        if len(self._past) < _LEAST_PAST_FRAMES:
            return False
        return level_db > max(self._past) + self._over_past_db and self._was_quiet(floor_db)

    def _was_quiet(self, floor_db: float) -> bool:
        loud_db = floor_db + _QUIET_DB
        return sum(level_db > loud_db for level_db in self._past) <= _CLICK_FRAMES

    def _follow(self, *, stands_out: bool) -> None:
        if self._since_began > _PROOF_FRAMES:
            self._judge()
        if stands_out or self._since_began:
            self._since_began += 1
            self._stood_out += stands_out

    def _judge(self) -> None:
        """The outburst's time is up: was it speech?"""
        if self._proved:
            self._doubt = _DOUBT_FRAMES
        elif self._stood_out >= _COUNTING_FRAMES:
            self._passed_over = self._doubt
            self._doubt = min(2 * self._doubt, _MOST_DOUBT_FRAMES)
        self._since_began = self._stood_out = 0
        self._proved = False
