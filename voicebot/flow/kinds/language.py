"""language: the call goes on in another language."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicebot.core.record import FactKind
from voicebot.flow.base import NodeName
from voicebot.flow.walk import Kind, Walk


class LanguageNode(Kind):
    """The call goes on in another of the flow's languages: its prompts, and what callers say."""

    kind: Literal["language"]
    language: Literal["en", "zh"] = Field(
        description="One of the flow's `languages`: en (English) or zh (Mandarin)."
    )
    to: NodeName = Field(description="The next node.")

    def enter(self, walk: Walk) -> None:
        """Change it."""
        walk.speak_in(self.language)
        walk.note(FactKind.LANGUAGE, language=walk.state.language)
        walk.go(self.to, "to")
