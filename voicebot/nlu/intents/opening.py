"""Opens the trained models that the settings name, and says what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.core.errors import ConfigError, EngineError, Problem
from voicebot.nlu.embedding.find import shared_encoder
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents import store
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.settings import NluSettings


@dataclass(frozen=True, slots=True)
class Opened:
    """Models by language."""

    models: Mapping[str, TrainedIntents] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What the operator should know at the start."""


def open_models(settings: NluSettings) -> Opened:
    """Raises `ConfigError` with every model that cannot be used."""
    models: dict[str, TrainedIntents] = {}
    notes: list[str] = []
    problems: list[Problem] = []
    encoder = _encoder(settings, notes) if settings.intents else None
    for language, file in settings.intents.items():
        try:
            model = store.load(file)
        except ConfigError as error:
            problems += error.problems
            continue
        if model.language != language:
            message = f"it was taught `{model.language}`, and is named for `{language}`"
            problems.append(Problem(str(file), 0, 0, "intent-language", message))
        fits = encoder if model.sense and _goes_with(encoder, model.sense.fingerprint) else None
        if model.sense and fits is None:
            why = f"the sentence encoder that it was taught with is not in {settings.encoder}"
            notes.append(f"intents of {file} are understood by words alone: {why}")
        models[language] = TrainedIntents(model, fits)
    if problems:
        raise ConfigError(problems)
    return Opened(models, tuple(notes))


def _encoder(settings: NluSettings, notes: list[str]) -> SentenceEncoder | None:
    try:
        return shared_encoder(settings.encoder)
    except EngineError as error:
        notes.append(str(error))
        return None


def _goes_with(encoder: SentenceEncoder | None, fingerprint: str) -> bool:
    return encoder is not None and encoder.fingerprint == fingerprint
