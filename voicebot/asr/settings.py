"""Settings of the recognizers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AsrSettings:
    """What the operator may choose. Measured defaults: see `bench/asr.py`."""

    workers: int = 0
    """Worker processes; 0 for one a core."""
    models_dir: Path = Path("asr_models")
    """Where `voicebot models fetch` puts models."""
    vosk: Mapping[str, Path] = field(default_factory=dict)
    """Vosk model folder by language; relative paths count from `models_dir`. A language that is
    not named takes the first fetched model of the manifest, if there is one."""
    pocketsphinx: bool = True
    """English by PocketSphinx where no Vosk model is there."""
    deadline_ms: int = 1_500
    """A decode that takes longer is given up, its worker replaced."""
    start_deadline_ms: int = 60_000
    """Loading the models may take this long."""
    accept_ratio: float = -32.5
    """Score (see `confidence.py`) from which PocketSphinx's reading is accepted."""
    reject_ratio: float = -40.0
    """Score below which PocketSphinx's reading is rejected; between: confirm."""
    enough_ratio: float = -28.0
    """Score from which PocketSphinx's reading by the grammar is taken for all that was said; below
    it, free wordings are tried beside it, where the node has any."""
    gain: float = 0.15
    """PocketSphinx: gain after G.711 decoding."""
    margin_ms: int = 300
    """PocketSphinx: line sound kept on each side of the speech."""
    grammars: int = 64
    """Compiled grammars kept in each worker."""
