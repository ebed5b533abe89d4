"""Where the sentence encoder lies."""

from __future__ import annotations

from pathlib import Path

from voicebot.nlu.embedding.sentence_encoder import VOCABULARY, WEIGHTS, SentenceEncoder

MODEL = Path("asr_models/minilm-l6-v2")
"""Where `voicebot models fetch` puts it."""


_shared: dict[Path, SentenceEncoder] = {}


def shared_encoder(folder: Path = MODEL) -> SentenceEncoder | None:
    """As `find_encoder`, loaded once for all who ask: it takes about 120 MB."""
    place = folder.resolve()
    if place not in _shared:
        found = find_encoder(folder)
        if found is None:
            return None
        _shared[place] = found
    return _shared[place]


def find_encoder(folder: Path = MODEL) -> SentenceEncoder | None:
    """The one in `folder`, None where none is there. Raises `EngineError` for weights that cannot
    be used."""
    if all((folder / name).is_file() for name in (WEIGHTS, VOCABULARY)):
        return SentenceEncoder(folder)
    return None
