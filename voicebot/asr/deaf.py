"""The hearing of a language that has no recognizer: keys still work."""

from __future__ import annotations

from voicebot.core.audio import Pcm
from voicebot.core.speech import Transcript


class DeafHearing:
    """Hears nothing (`core.ports.Hearing`)."""

    def __init__(self, language: str) -> None:
        self._language = language

    def feed(self, pcm: Pcm) -> None:
        """Forget it."""

    async def partial(self) -> Transcript:
        """Empty."""
        return Transcript((), final=False, language=self._language)

    async def finish(self) -> Transcript:
        """Empty."""
        return Transcript((), final=True, language=self._language)

    def close(self) -> None:
        """Nothing to drop."""
