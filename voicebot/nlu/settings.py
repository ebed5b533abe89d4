"""Settings of understanding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NluSettings:
    """How utterances are interpreted."""

    hypotheses: int = 5
    """How many readings of an utterance are looked at."""
    scopes: int = 256
    """How many nodes' compiled expectations are kept."""
    close: float = 0.8
    """A second best of at least this part of the best one's confidence is a runner-up."""
    intents: Mapping[str, Path] = field(default_factory=dict)
    """Model of `voicebot nlu train` by language. A choice or global command with the name of one
    of its intents is meant where the model says so."""
    encoder: Path = Path("asr_models/minilm-l6-v2")
    """Folder of the sentence encoder. Where nothing is in this usual one, what `script/setup`
    installed is taken; without either, intents are known by words alone."""
    knowledge_by_words: bool = False
    """Questions of knowledge bases are compared by their words alone, with a sentence encoder
    there, too."""
