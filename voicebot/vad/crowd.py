"""Voices in the background: every detector of speech takes a crowd for a caller.

    one caller   ▇▆▇▇▅▁▁▁▁▁▇▆▇▁▁▁▁▁▁     speaks, and listens to the bot
    a crowd      ▅▆▅▄▆▅▅▆▁▅▆▅▅▆▅▄▆▅▅     does not: who wants to interrupt must be louder

So a crowd is known by what is heard under prompts. Only while the bot speaks it is kept out: a
caller who is listened to may go on for as long.
"""

from __future__ import annotations

from collections import deque

from voicebot.audio.gain import SILENCE_DB

_KEPT_FRAMES, _LEAST_FRAMES, _EVERY_FRAMES = 400, 75, 10
_KNOWN_FRAMES = 150
"""After so many it is known how loud a crowd may become."""
_LOUD_SHARE = 0.9
"""The crowd's loud parts: so much of what it says is softer."""
_OVER_FLOOR_DB = 6.0
"""Where half of all that is heard under prompts is so much louder than the line's floor, voices
never cease; steady noise is not."""
_WINDOW_FRAMES, _ENOUGH_FRAMES = 40, 5
"""A caller is louder than the crowd in so many frames of the last 800 ms."""
_HOLD_FRAMES = 15
_SLOWLY = 4
"""While somebody is louder, only every so many frames teach: it may be the caller."""
_BOT_FRAMES = 70
"""The bot counts as speaking for so long after its last sound: a prompt may only have paused."""


class Crowd:
    """One call's line over the last 8 s of prompts."""

    def __init__(self, *, over_db: float) -> None:
        """`over_db`: how much louder than the crowd's loud parts a caller is."""
        self._over_db = over_db
        self._levels: deque[float] = deque(maxlen=_KEPT_FRAMES)
        self._until_next = _LEAST_FRAMES
        self._window: deque[bool] = deque([False] * _WINDOW_FRAMES, maxlen=_WINDOW_FRAMES)
        self._louder_frames = self._held = self._bot = self._skipped = 0
        self.level_db: float | None = None
        """Level of the crowd's loud parts; None where there is none."""
        self.louder = False
        """The last frame was louder than it, and it is known well."""

    def drowns(self, level_db: float, played_db: float, floor_db: float) -> bool:
        """One frame, what was played meanwhile, and the line's noise floor: the bot speaks, and it
        is no louder than the crowd. The soft sounds within louder words are let be."""
        if played_db > SILENCE_DB:
            self._bot = _BOT_FRAMES
            self._learn(level_db, floor_db)
        elif self._bot:
            self._bot -= 1
        self._compare(level_db)
        return self.level_db is not None and not self._held and bool(self._bot)

    def _compare(self, level_db: float) -> None:
        louder = self.level_db is not None and level_db > self.level_db + self._over_db
        self.louder = louder and len(self._levels) >= _KNOWN_FRAMES
        self._louder_frames += louder - self._window[0]
        self._window.append(louder)
        if louder and self._louder_frames >= _ENOUGH_FRAMES:
            self._held = _HOLD_FRAMES
        elif self._held:
            self._held -= 1

    def _learn(self, level_db: float, floor_db: float) -> None:
        self._skipped = (self._skipped + 1) % _SLOWLY if self._held else 0
        if self._skipped:
            return
        self._levels.append(level_db)
        self._until_next -= 1
        if self._until_next > 0:
            return
        self._until_next = _EVERY_FRAMES
        ordered = sorted(self._levels)
        never_ceases = ordered[len(ordered) // 2] > floor_db + _OVER_FLOOR_DB
        self.level_db = ordered[int(_LOUD_SHARE * len(ordered))] if never_ceases else None
