"""What a check of flows knows beside the files: configuration, recordings, and how words sound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from voicebot.config.surroundings import surroundings
from voicebot.core.errors import EngineError
from voicebot.flow.report import Surroundings
from voicebot.prompts.catalogue import Catalogue

CONFIG = Path("sip_config")


def around(config: Path | None, folders: Iterable[Path]) -> Surroundings:
    """All that can be known: of `config`, or of `sip_config` where that is there; recordings are
    those in `prompts/` of the folders. Raises `ConfigError` for a configuration that is wrong."""
    named = config or (CONFIG if CONFIG.is_dir() else None)
    known = surroundings(named) if named else Surroundings()
    return replace(known, recordings=_recordings(folders), phones=phones)


def _recordings(folders: Iterable[Path]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for folder in dict.fromkeys(folders):
        for language, name in Catalogue.load(folder / "prompts").recordings:
            found.setdefault(language, set()).add(name)
    return found


@cache
def phones(word: str, language: str) -> tuple[str, ...]:
    """The sounds of a word as the recognizers' dictionary has them, without stress; of a Chinese
    character, its syllable. Empty where nothing is known of it."""
    if language == "zh":
        from voicebot.nlu.han import is_han, sound_of

        if is_han(word):
            return (sound_of(word),)
    from voicebot.asr.dictionary import pronunciations

    try:
        found = pronunciations(word)
    except EngineError:
        return ()
    return tuple(re.sub(r"\d", "", found[0]).split()) if found else ()
