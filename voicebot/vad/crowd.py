"""Voices in the background: every detector of speech takes a crowd for a caller.

    one caller   ▇▆▇▇▅▁▁▁▁▁▇▆▇▁▁▁▁▁▁     speaks, and listens to the bot
    a crowd      ▅▆▅▄▆▅▅▆▁▅▆▅▅▆▅▄▆▅▅     does not: who wants to interrupt must be louder

Only while the bot speaks: a caller who is listened to may go on for as long.
"""

from __future__ import annotations

from collections import deque

from voicebot.audio.gain import SILENCE_DB

_KEPT_FRAMES, _LEAST_FRAMES, _EVERY_FRAMES = 400, 75, 10
_SPEECH_SHARE = 0.8
_LEAST_KNOWN = 40
_HOLD_FRAMES = 6
_BOT_FRAMES = 70
"""The bot counts as speaking for so long after its last sound: a prompt may only have paused."""


class Crowd:
    """One call's line over the last 8 s."""

    def __init__(self, *, over_db: float) -> None:
        """`over_db`: how much louder than the crowd's middle level a caller is."""
        self._over_db = over_db
        self._frames: deque[tuple[float, bool | None]] = deque(maxlen=_KEPT_FRAMES)
        self._until_next = _LEAST_FRAMES
        self._known = self._speech = 0
        """Kept frames of which it is known whether they are speech, and those that are."""
        self._louder = self._held = self._bot = 0
        self.level_db: float | None = None
        """Middle level of the crowd; None where there is none."""

    def drowns(self, level_db: float, played_db: float, *, speech: bool | None) -> bool:
        """One frame, and what a detector of speech says of it (None: it was not asked): the bot
        speaks, and it is no louder than the crowd. The soft sounds within louder words are let
        be."""
        self._listen(level_db, speech=speech)
        if played_db > SILENCE_DB:
            self._bot = _BOT_FRAMES
        elif self._bot:
            self._bot -= 1
        louder = self.level_db is None or level_db > self.level_db + self._over_db
        self._louder = self._louder + 1 if louder else 0
        if self._louder >= 2:
            self._held = _HOLD_FRAMES
        elif self._held:
            self._held -= 1
        return bool(self._bot) and not louder and not self._held

    def _listen(self, level_db: float, *, speech: bool | None) -> None:
        if len(self._frames) == _KEPT_FRAMES:
            oldest = self._frames[0][1]
            if oldest is not None:
                self._known -= 1
                self._speech -= oldest
        self._frames.append((level_db, speech))
        if speech is not None:
            self._known += 1
            self._speech += speech
        self._until_next -= 1
        if self._until_next > 0:
            return
        self._until_next = _EVERY_FRAMES
        crowded = self._known >= _LEAST_KNOWN and self._speech >= _SPEECH_SHARE * self._known
        self.level_db = self._middle_db() if crowded else None

    def _middle_db(self) -> float:
        return sorted(level for level, _ in self._frames)[len(self._frames) // 2]
