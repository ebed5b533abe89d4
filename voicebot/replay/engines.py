"""Today's engines, made once in each process that replays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from voicebot import nlu, vad
from voicebot.asr.in_process import build_in_process
from voicebot.asr.recognizer import PooledRecognizer
from voicebot.config.in_effect import LANGUAGES, intents_in_effect, settings_in_effect
from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import hotline_file
from voicebot.core.audio import Pcm
from voicebot.core.ports import Vad
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.prompts.text import words_of
from voicebot.replay.assumed import Assumptions
from voicebot.replay.changes import Setup
from voicebot.replay.changing import Tuned, tuned
from voicebot.replay.library import THEN, FlowShelf
from voicebot.replay.models_then import PREFIX, ModelsThen, models_then
from voicebot.replay.options import ReplayOptions
from voicebot.replay.recorded import RecordedCall
from voicebot.tts.blocking import BlockingWorkers, build_blocking
from voicebot.tts.voice import PromptVoice


class Engines:
    """What calls are replayed with. Loads each part when it is first needed."""

    def __init__(self, options: ReplayOptions) -> None:
        """Raises `ConfigError` where the configuration or a setting is wrong."""
        self.options = options
        self.hotline = hotline_file(options.config) if options.config.is_dir() else HotlineFile()
        self.tuned: Tuned = tuned(self.hotline, options.values)
        self.shelf = FlowShelf(options, self.hotline, self.tuned.flow_settings)
        self.now = datetime(2026, 1, 5, 10)
        """The time of the call, in its zone: by it "tomorrow" is understood."""
        self.remembered = nlu.Remembered(options.texts)
        """What texts of the calls meant."""
        self._understandings: dict[object, nlu.AnsweringUnderstanding] = {}
        """By models of then."""
        self._wordings: dict[Prompt, str] = {}
        """Of prompts without values."""
        self._worded: dict[int, str] = {}
        """The same by the id of such a prompt of `_wordings`: flows keep most of theirs."""
        self._workers: BlockingWorkers | None = None

    @cached_property
    def recognizer(self) -> PooledRecognizer:
        """In this process."""
        return build_in_process(self.tuned.recognition)

    @cached_property
    def detector(self) -> Callable[[], Vad]:
        """Makes a detector for each call."""
        return vad.build(self.tuned.vad)

    @cached_property
    def understanding(self) -> nlu.AnsweringUnderstanding:
        """By the clock of the call."""
        return self._understanding(self.tuned.understanding)

    def _understanding(self, settings: nlu.NluSettings) -> nlu.AnsweringUnderstanding:
        return nlu.build(settings, lambda: self.now, self.remembered)

    def understanding_of(
        self, call: RecordedCall, assumed: Assumptions
    ) -> nlu.AnsweringUnderstanding:
        """Today's; with the versions of then, by the models of then, where they are kept. Raises
        `ConfigError` for one that cannot be read."""
        if self.options.flow_version != THEN:
            return self.understanding
        then, today = self._models_of(call), self.tuned.understanding
        for note in then.notes:
            assumed.note(note)
        if then.files == today.intents:
            return self.understanding
        key = tuple(sorted(then.files.items()))
        if key not in self._understandings:
            self._understandings[key] = self._understanding(replace(today, intents=then.files))
        return self._understandings[key]

    def _models_of(self, call: RecordedCall) -> ModelsThen:
        values = self.options.values
        named = {name.removeprefix(PREFIX) for name in values if name.startswith(PREFIX)}
        return models_then(call, self.tuned.understanding.intents, named)

    @cached_property
    def voice(self) -> LateVoice:
        """Today's."""
        speech = self.tuned.speech
        if speech.cache_folder is None:
            speech = replace(speech, cache_folder=self.options.data / "prompts")
        if not speech.cache_folder or not speech.cache_folder.is_dir():
            speech = replace(speech, cache_folder=None)
        catalogue = Catalogue.load(self.options.flows / "prompts")
        voice, workers = build_blocking(speech, catalogue, lambda: self.now.date())
        self._workers = workers
        return LateVoice(voice, workers)

    def words_of(self, prompt: Prompt, today: Callable[[], date]) -> str:
        """What is said; the wording of one without values is remembered."""
        known = self._worded.get(id(prompt))
        if known is not None:
            return known
        if not prompt.is_static:
            return words_of(prompt, today=today())
        if prompt not in self._wordings:
            self._wordings[prompt] = self._worded[id(prompt)] = words_of(prompt)
        return self._wordings[prompt]

    @cached_property
    def setup(self) -> Setup:
        """What serves now, to be compared with what served then."""
        return Setup(self._serving)

    def _serving(self, call: RecordedCall) -> Mapping[str, Any]:
        understanding = self.tuned.understanding
        if self.options.flow_version == THEN:
            understanding = replace(understanding, intents=self._models_of(call).files)
        models = {"asr": self.models, "nlu": intents_in_effect(understanding)}
        return {"settings": self._settings, "models": models}

    @cached_property
    def _settings(self) -> Mapping[str, Any]:
        tuned = self.tuned
        changed = replace(
            self.hotline,
            vad=tuned.vad,
            recognition=tuned.recognition,
            understanding=tuned.understanding,
            speech=tuned.speech,
        )
        return settings_in_effect(changed)

    @cached_property
    def models(self) -> Mapping[str, Any]:
        """The recognizers' models by language."""
        asr = self.recognizer
        return {lang: asr.identity(lang) for lang in LANGUAGES if asr.available(lang)}

    def close(self) -> None:
        """End what was started."""
        if self._workers is not None:
            self._workers.stop()


class LateVoice:
    """Implements `core.ports.Voice`: starts its synthesizer with the first prompt."""

    def __init__(self, voice: PromptVoice, workers: BlockingWorkers) -> None:
        self._voice, self._workers = voice, workers

    def text(self, prompt: Prompt) -> str:
        """The words."""
        return self._voice.text(prompt)

    def fallback(self, language: str, rate: int) -> Pcm:
        """Without an apology, two tones."""
        return self._voice.fallback(language, rate)

    async def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        """Today's sound of it. Raises `EngineError`."""
        self._workers.ready()
        async for piece in self._voice.speak(prompt, rate):
            yield piece
