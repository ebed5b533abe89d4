"""Words of training sets and knowledge bases that PocketSphinx cannot hear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from voicebot.asr.dictionary import pronunciations, spoken_words
from voicebot.core.errors import ConfigError, EngineError, Problem, Severity
from voicebot.core.knowledge import Knowledge
from voicebot.nlu.intents import store

_LANGUAGE = "en"
_SHOWN = 20
HINT = "write them as they are spoken; sentences with these words are not heard by voice"


def unheard_words(texts: Iterable[str]) -> list[str]:
    """Words without a pronunciation, sorted. None where that cannot be told here."""
    try:
        words = {word for text in texts for word in spoken_words(text)}
        return sorted(word for word in words if not pronunciations(word))
    except EngineError:
        return []


def unheard(bases: Mapping[str, Knowledge], model: Path | None) -> Iterator[Problem]:
    """A warning for each base and model with such words."""
    for name, base in bases.items():
        entries = base.in_language(_LANGUAGE)
        texts = [text for entry in entries for text in entry.questions[_LANGUAGE]]
        yield from _warned(f"knowledge base {name}", texts)
    if model is None:
        return
    try:
        phrases = store.load(model).phrases
    except ConfigError as error:
        yield from error.problems
        return
    if not phrases:
        hint = "train it anew: voicebot nlu train"
        message = "callers are not heard by what it was taught: it is of before that was kept"
        yield Problem(str(model), 0, 0, "no-phrases", message, hint, severity=Severity.WARNING)
    yield from _warned(str(model), [text for texts in phrases.values() for text in texts])


def _warned(where: str, texts: Iterable[str]) -> Iterator[Problem]:
    if words := unheard_words(texts):
        shown = ", ".join(words[:_SHOWN]) + (" ..." if len(words) > _SHOWN else "")
        message = f"PocketSphinx cannot hear: {shown}"
        yield Problem(where, 0, 0, "unheard-words", message, HINT, severity=Severity.WARNING)
