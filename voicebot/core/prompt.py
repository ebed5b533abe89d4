"""What the bot says, before it is worded and spoken."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.core.meaning import SlotValue


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: a recording where there is one for its id, else its text by synthesis."""

    parts: tuple[str | SlotValue, ...]
    """Literal text, and values that are worded by type and language."""
    language: str = "en"
    id: str = ""
    """Names a recording; empty for a prompt that has only text."""
    secret: bool = False
    """Its values may not be kept: neither in the journal nor in the cache on disk."""

    @property
    def is_static(self) -> bool:
        """Holds no value of this call: its audio may be kept on disk."""
        return all(isinstance(part, str) for part in self.parts)
