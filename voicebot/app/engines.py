"""Recognizers, voices and voice activity detection, loaded side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from voicebot import asr, vad
from voicebot.app.announcing import Announce
from voicebot.asr.recognizer import PooledRecognizer
from voicebot.config import Settings
from voicebot.core.errors import ConfigError, EngineError
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts import voice as tts
from voicebot.tts.voice import PromptVoice

T = TypeVar("T")


async def load_together(
    recognizer: Awaitable[None], voice: Awaitable[None], detector: Awaitable[T]
) -> T:
    """Side by side, as each waits for processes or disks of its own. Raises all that is wrong at
    once: `ConfigError` with the problems of all, else `EngineError`."""
    outcomes = await asyncio.gather(recognizer, voice, detector, return_exceptions=True)
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in errors:
        if not isinstance(error, ConfigError | EngineError):
            raise error
    if problems := [p for e in errors if isinstance(e, ConfigError) for p in e.problems]:
        raise ConfigError(sorted(problems))
    if errors:
        raise EngineError("; ".join(str(error) for error in errors))
    return cast("T", outcomes[-1])


def prompt_voice(settings: Settings) -> PromptVoice:
    speech = settings.hotline.speech
    if speech.cache_folder is None:
        speech = replace(speech, cache_folder=settings.data / "prompts")
    zone = time_zone(settings)
    catalogue = Catalogue.load(settings.recordings)
    return tts.build(speech, catalogue, today=lambda: datetime.now(zone).date())


def note_what_is_missing(
    settings: Settings, recognizer: PooledRecognizer, announce: Announce
) -> None:
    views = [view for flow in settings.serving.library.every() for view in flow.views]
    for language in sorted({view.language for view in views}):
        if not recognizer.available(language):
            announce(f"Note: {asr.missing_reason(language)}")
    if missing := vad.missing_reason():
        announce(f"Note: {missing}")


def time_zone(settings: Settings) -> tzinfo | None:
    name = settings.hotline.calls.time_zone
    return ZoneInfo(name) if name else None
