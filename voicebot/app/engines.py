"""Recognizers, voices and voice activity detection, loaded side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from voicebot import asr, nlu, vad
from voicebot.app.announcing import Announce, patiently
from voicebot.asr.recognizer import PooledRecognizer
from voicebot.config import Settings
from voicebot.config.in_effect import setup, with_intents
from voicebot.core.errors import ConfigError, EngineError
from voicebot.core.ports import Vad
from voicebot.prompts.catalogue import Catalogue
from voicebot.publishing.models import Serving
from voicebot.tts import voice as tts
from voicebot.tts.voice import PromptVoice
from voicebot.web.starting import starting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Engines:
    """What hears, understands and speaks, ready to be used."""

    recognizer: PooledRecognizer
    voice: PromptVoice
    detector: Callable[[], Vad]
    """A detector for a call."""
    serving: Serving
    """What calls are understood by until other intents are published."""


async def load_engines(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Engines:
    """Load all; meanwhile the console's port says that the hotline is starting. Raises
    `ConfigError`, `EngineError`."""
    hotline = settings.hotline
    recognizer, voice = asr.build(hotline.recognition), _prompt_voice(settings)
    stack.push_async_callback(recognizer.close)
    stack.push_async_callback(voice.close)
    async with starting(hotline.console):
        with patiently("recognizers and voices load", announce):
            detector = await _load_together(
                recognizer.start(), voice.start(), asyncio.to_thread(vad.build, hotline.vad)
            )
    _note_what_is_missing(settings, recognizer, announce)
    serving = await asyncio.to_thread(_serving, settings, recognizer, voice)
    for note in serving.understanding.notes:
        announce(f"Note: {note}")
    return Engines(recognizer, voice, detector, serving)


def _serving(settings: Settings, recognizer: PooledRecognizer, voice: PromptVoice) -> Serving:
    """Reads the models of what callers mean."""
    hotline, zone = settings.hotline, time_zone(settings)
    understanding = nlu.build(hotline.understanding, now=lambda: datetime.now(zone))
    served_with = setup(hotline, recognizer, voice.workers.hello.version)
    versions = understanding.versions
    return Serving(understanding, with_intents(served_with, hotline.understanding, versions))


async def _load_together(
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


def _prompt_voice(settings: Settings) -> PromptVoice:
    speech = settings.hotline.speech
    if speech.cache_folder is None:
        speech = replace(speech, cache_folder=settings.data / "prompts")
    zone = time_zone(settings)
    catalogue = Catalogue.load(settings.recordings)
    return tts.build(speech, catalogue, today=lambda: datetime.now(zone).date())


def _note_what_is_missing(
    settings: Settings, recognizer: PooledRecognizer, announce: Announce
) -> None:
    views = [view for flow in settings.serving.library.every() for view in flow.views]
    for language in sorted({view.language for view in views}):
        if not recognizer.available(language):
            announce(f"Note: {asr.missing_reason(language)}")
    if missing := vad.missing_reason():
        announce(f"Note: {missing}")


def time_zone(settings: Settings) -> tzinfo | None:
    """The hotline's, where hotline.toml names one."""
    name = settings.hotline.calls.time_zone
    return ZoneInfo(name) if name else None
