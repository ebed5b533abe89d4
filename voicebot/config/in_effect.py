"""What calls are served with, as their journal keeps it: settings, and which models.

Only what changes how a caller is heard and answered: no addresses, no secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from voicebot.asr.recognizer import PooledRecognizer
from voicebot.config.settings import HotlineFile
from voicebot.core.fingerprint import fingerprint
from voicebot.nlu.settings import NluSettings
from voicebot.vad.silero import model_file

LANGUAGES = ("en", "zh")
_ELSEWHERE = ("workers", "models_dir", "deadline_ms", "start_deadline_ms", "grammars", "scopes")
"""How it is run, not what comes of it."""
_OF_SPEECH = ("voices", "words_per_minute", "level_db")


def setup(hotline: HotlineFile, recognizer: PooledRecognizer, synthesizer: str) -> dict[str, Any]:
    """`program`, `settings` and `models`, as JSON. `synthesizer` is espeak-ng's version. Reads
    parts of the models' files."""
    return {
        "program": metadata.version("voicebot"),
        "settings": settings_in_effect(hotline),
        "models": models_in_effect(hotline, recognizer, synthesizer),
    }


def settings_in_effect(hotline: HotlineFile) -> dict[str, Any]:
    """By the names that hotline.toml has for them."""
    return {
        "recognition": _without(asdict(hotline.recognition)),
        "understanding": _without(asdict(hotline.understanding)),
        "vad": asdict(hotline.vad),
        "speech": {n: v for n, v in asdict(hotline.speech).items() if n in _OF_SPEECH},
        "calendars": _plain(hotline.calendars),
    }


def models_in_effect(
    hotline: HotlineFile, recognizer: PooledRecognizer, synthesizer: str
) -> dict[str, Any]:
    """Engines and models: names and fingerprints."""
    silero = model_file() if hotline.vad.second_opinion else None
    return {
        "asr": {
            language: recognizer.identity(language)
            for language in LANGUAGES
            if recognizer.available(language)
        },
        "vad": {"webrtcvad": True, "silero": fingerprint(silero) if silero else ""},
        "tts": {"espeak-ng": synthesizer},
        "nlu": intents_in_effect(hotline.understanding),
    }


def intents_in_effect(understanding: NluSettings) -> dict[str, str]:
    """The trained models of what callers mean: fingerprints by language."""
    return {language: fingerprint(path) for language, path in understanding.intents.items()}


def with_intents(
    setup: Mapping[str, Any], understanding: NluSettings, versions: Mapping[str, str]
) -> dict[str, Any]:
    """`setup` with the trained models that serve now, of these versions. Reads parts of them."""
    models = {**setup["models"], "nlu": intents_in_effect(understanding), "intents": dict(versions)}
    return {**setup, "models": models}


def _without(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items() if name not in _ELSEWHERE}


def _plain(value: Any) -> Any:
    """As JSON has it."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case Enum():
            return value.value
        case Path():
            return str(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _plain(asdict(value))
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
