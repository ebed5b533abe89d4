"""Understanding: from words to meaning, within what the node expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voicebot.nlu.answering import AnsweringUnderstanding
from voicebot.nlu.remembered import Remembered
from voicebot.nlu.settings import NluSettings
from voicebot.nlu.understanding import PhraseUnderstanding

__all__ = ["AnsweringUnderstanding", "NluSettings", "PhraseUnderstanding", "Remembered", "build"]


def build(
    settings: NluSettings | None = None,
    now: Callable[[], datetime] = datetime.now,
    remembered: Remembered | None = None,
) -> AnsweringUnderstanding:
    """The understanding that `settings` ask for; `now` is the clock in the call's zone."""
    return AnsweringUnderstanding(settings, now, remembered)
