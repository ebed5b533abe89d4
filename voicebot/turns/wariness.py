"""What a call has taught about its line: voices that prompts paused for, and that were nobody's.

    prompts   ▇▇▇▇▇▇ ▇▇▇▇▇▇▇▇ ▇▇▇▇▇▇▇▇▇▇▇▇▇▇ ▇▇▇▇▇▇▇▇▇
    voices    ..▅▅.......▅▅▅........▅▅.............▅▅
                └ wrong    └ wrong: wary from here on, until prompts were free of voices for long

Where the line was quiet before somebody spoke, that teaches nothing.
"""

from __future__ import annotations

from voicebot.core.audio import FRAME_MS
from voicebot.core.speech import Voicing
from voicebot.turns.settings import BargeInSettings


class Wariness:
    """One call's, from prompt to prompt."""

    def __init__(self, settings: BargeInSettings | None = None) -> None:
        self._settings = settings or BargeInSettings()
        self._wrong = 0
        self._calm_ms = 0
        """Of prompts since a voice on a restless line was heard under one."""

    @property
    def wary(self) -> bool:
        """So many suspicions were wrong that only what is beyond doubt should interrupt."""
        return self._wrong >= self._settings.restless_pauses

    def under_prompt(self, voicing: Voicing) -> None:
        """One frame while a prompt sounds."""
        self._calm_ms = 0 if voicing.restless else self._calm_ms + FRAME_MS
        if self._calm_ms >= self._settings.restless_ms:
            self._wrong = 0

    def was_wrong(self) -> None:
        """A prompt paused for a voice on a restless line, and had to go on."""
        self._wrong += 1
