"""Stimuli without a time: each comes at its turn, half a second after the bot fell silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.scenario.script import Stimulus

PAUSE_MS = 500
"""How long callers think before they answer."""
UNANSWERED_MS = 4_500
"""After a stimulus that the bot has no word for, the next one comes so late: digits of open length
are waited for that long, too."""
VOICE_PEAK = 2
"""The stand-in voice's samples are 1, its fallback's 2; hold music's are 3."""


class Pacer:
    """Follows one leg, frame by frame."""

    def __init__(
        self,
        turns: Iterable[Stimulus],
        act: Callable[[Stimulus], None],
        happened: Callable[[], tuple[int, int]],
        is_busy: Callable[[], bool],
    ) -> None:
        """`happened` counts how often the caller counted as silent, and how often an agent
        answered; while `is_busy` the bot cannot be answered."""
        self._turns = deque(turns)
        self._act = act
        self._happened = happened
        self._is_busy = is_busy
        self._seen = (0, 0)
        self._quiet_ms = 0
        self._spoke = False

    def frame(self, played: Pcm) -> None:
        """20 ms more were played to the caller."""
        if not self._turns:
            return
        if (now := self._happened()) != self._seen:
            self._seen, self._spoke, self._quiet_ms = now, False, 0
        if self._is_busy():
            self._quiet_ms = 0
        elif 0 < played.samples[0] <= VOICE_PEAK:
            self._spoke, self._quiet_ms = True, 0
        else:
            self._quiet_ms += FRAME_MS
        if self._is_due(self._turns[0]):
            self._spoke, self._quiet_ms = False, 0
            self._act(self._turns.popleft())

    def _is_due(self, stimulus: Stimulus) -> bool:
        silences, answers = self._seen
        if silences < stimulus.silences or answers < stimulus.answers:
            return False
        return self._quiet_ms >= (PAUSE_MS if self._spoke else UNANSWERED_MS)
