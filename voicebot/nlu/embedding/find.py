"""Where the sentence encoder lies."""

from __future__ import annotations

from pathlib import Path

from voicebot.nlu.embedding.sentence_encoder import VOCABULARY, WEIGHTS, SentenceEncoder

MODEL = Path("asr_models/minilm-l6-v2")
"""Where `voicebot models fetch` puts it."""


def find_encoder(folder: Path = MODEL) -> SentenceEncoder | None:
    """The one in `folder`, None where none is there. Raises `EngineError` for weights that cannot
    be used."""
    if all((folder / name).is_file() for name in (WEIGHTS, VOCABULARY)):
        return SentenceEncoder(folder)
    return None
