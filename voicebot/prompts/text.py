"""A prompt as text: its values worded, cut into the pieces that are synthesized one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voicebot.core.prompt import Prompt
from voicebot.prompts.sentences import split
from voicebot.prompts.spoken import without_markup
from voicebot.prompts.wording import word


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or clause of a prompt."""

    text: str
    is_static: bool
    """Holds no value of this call (and the prompt is not secret, or holds none at all): its
    audio may be kept on disk."""
    pause_ms: int
    """Silence that belongs after it, in ms; 0 for the last."""


def words_of(prompt: Prompt, *, today: date | None = None) -> str:
    """All that is said, as text."""
    text, _ = _worded(prompt, today)
    return " ".join(text.split())


def pieces_of(prompt: Prompt, *, today: date | None = None) -> tuple[Piece, ...]:
    """The prompt's sentences in order; none where nothing can be said. Values stay whole."""
    text, values = _worded(prompt, today)
    sentences = split(text, values)
    found = []
    for sentence in sentences:
        touched = any(s < sentence.end and sentence.start < e for s, e in values)
        is_static = prompt.is_static or not (touched or prompt.secret)
        pause_ms = 0 if sentence is sentences[-1] else sentence.pause_ms
        said = " ".join(text[sentence.start : sentence.end].split())
        found.append(Piece(said, is_static, pause_ms))
    return tuple(found)


def _worded(prompt: Prompt, today: date | None) -> tuple[str, list[tuple[int, int]]]:
    """The text, and where in it the values are."""
    text, values = "", []
    for part in prompt.parts:
        said = part if isinstance(part, str) else word(part, prompt.language, today=today)
        added = without_markup(said)
        if text and added and _would_run_together(text[-1], added[0]):
            text += " "
        if not isinstance(part, str):
            values.append((len(text), len(text) + len(added)))
        text += added
    return text, values


def _would_run_together(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
