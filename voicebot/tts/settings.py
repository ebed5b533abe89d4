"""Settings of the voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

APOLOGIES: Mapping[str, str] = {
    "en": "I'm sorry, something went wrong on our side. One moment, please.",
    "zh": "抱歉，系统出了点问题，请您稍等。",
}

DEFAULT_WORDS_PER_MINUTE = 165


@dataclass(frozen=True, slots=True)
class TtsSettings:
    """How the bot speaks."""

    voices: Mapping[str, str] = field(default_factory=lambda: {"en": "en-us", "zh": "cmn"})
    """espeak-ng voice by primary language tag; variants as `en-us+f3`."""
    words_per_minute: Mapping[str, int] = field(default_factory=lambda: {"en": 165, "zh": 200})
    """Rate of speech by primary language tag, 80 to 450; `DEFAULT_WORDS_PER_MINUTE` for others.
    165 stays clear over G.711 (espeak's own default is 175); 200 is some 4 characters of
    Chinese a second."""
    level_db: float = -20.0
    """Level of the spoken parts in dBFS, for synthesis and for recordings."""
    workers: int = 2
    """Processes that synthesize side by side."""
    deadline_ms: int = 1_200
    """A worker that needs longer for one sentence is killed and the sentence tried once more; one
    that waits for a core has more time."""
    give_up_ms: int = 2_800
    """The longest that one sentence may be waited for, queue and second attempt included."""
    jobs_per_worker: int = 500
    """A worker is replaced after so many."""
    cache_folder: Path | None = None
    """Where static prompts are kept; None: on no disk."""
    disk_cache_mb: int = 200
    memory_cache_mb: int = 64
    apologies: Mapping[str, str] = field(default_factory=lambda: APOLOGIES)
    """Said when synthesis is down, by language; made at start and kept in memory."""
    apology_id: str = "apology"
    """A recording of this id is played in place of a synthesized apology."""
