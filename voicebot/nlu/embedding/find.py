"""Where the sentence encoder lies."""

from __future__ import annotations

from pathlib import Path

from voicebot.nlu.embedding.sentence_encoder import VOCABULARY, WEIGHTS, SentenceEncoder

MODEL = "minilm-l6-v2"
"""Its folder's name, and its name in the manifest of models."""
_MODELS = Path("asr_models")


def find_encoder(folder: Path | None = None) -> SentenceEncoder | None:
    """The one in `folder`, which must be there; else the fetched one, None where there is none.
    Raises `EngineError` for weights that cannot be used."""
    if folder is not None:
        return SentenceEncoder(folder)
    usual = _MODELS / MODEL
    if all((usual / name).is_file() for name in (WEIGHTS, VOCABULARY)):
        return SentenceEncoder(usual)
    return None
