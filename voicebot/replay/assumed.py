"""What a replay had to assume, because the call of then did not come to it."""

from __future__ import annotations


class Assumptions:
    """Gathers them, each once."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """Something that the journal does not tell was assumed."""
        if text not in self.notes:
            self.notes.append(text)
