"""A prompt as text: its values worded, cut into the pieces that are synthesized one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from voicebot.core.prompt import Prompt
from voicebot.prompts.runs import Run, Style, runs_of
from voicebot.prompts.sentences import Sentence, split

_SENTENCE_ENDS = ".!?;。！？；…\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or clause of a prompt."""

    text: str
    """Empty for a piece that is only a pause."""
    is_static: bool
    """Holds no value of this call (and the prompt is not secret, or holds none at all): its
    audio may be kept on disk."""
    pause_ms: int
    """Silence that belongs after it, in ms; 0 for the last, unless a break was written."""
    style: Style


def words_of(prompt: Prompt, *, today: date | None = None) -> str:
    """All that is said, as text."""
    text = " ".join(run.text for run in runs_of(prompt, today=today))
    return " ".join(text.split())


def pieces_of(prompt: Prompt, *, today: date | None = None) -> tuple[Piece, ...]:
    """The prompt's sentences in order; none where nothing can be said. Values stay whole."""
    runs = runs_of(prompt, today=today)
    found = [piece for run in runs for piece in _pieces(run, prompt)]
    if found and runs[-1].pause_ms is None:
        found[-1] = replace(found[-1], pause_ms=0)
    return tuple(found)


def _pieces(run: Run, prompt: Prompt) -> Iterator[Piece]:
    sentences = split(run.text, run.values)
    if not sentences and run.pause_ms:
        yield Piece("", is_static=True, pause_ms=run.pause_ms, style=run.style)
    for sentence in sentences:
        touched = any(s < sentence.end and sentence.start < e for s, e in run.values)
        is_static = prompt.is_static or not (touched or prompt.secret)
        is_last = sentence is sentences[-1]
        pause_ms = _pause_after(run, sentence) if is_last else sentence.pause_ms
        said = " ".join(run.text[sentence.start : sentence.end].split())
        yield Piece(said, is_static, pause_ms, run.style)


def _pause_after(run: Run, last: Sentence) -> int:
    """After the last sentence of a run: what was written, else a pause where a sentence ends."""
    if run.pause_ms is not None:
        return run.pause_ms
    return last.pause_ms if run.text.rstrip()[-1:] in _SENTENCE_ENDS else 0
