"""Which engine hears which language, and the door to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voicebot.asr.deaf import DeafHearing
from voicebot.asr.dictionary import model_path
from voicebot.asr.grammar import check_vocabulary, compile_jsgf
from voicebot.asr.jobs import Urgency
from voicebot.asr.models.catalog import Catalog, load_catalog
from voicebot.asr.models.folder import chosen_folders
from voicebot.asr.pocketsphinx_hearing import PocketSphinxHearing
from voicebot.asr.settings import AsrSettings
from voicebot.asr.vosk_hearing import VoskHearing
from voicebot.asr.vosk_model import VoskModel
from voicebot.asr.wire import Message
from voicebot.asr.word_list import compile_list, unknown_words
from voicebot.asr.workers import WorkerPool
from voicebot.core.fingerprint import fingerprint
from voicebot.core.meaning import Expectation, SlotType
from voicebot.core.ports import Hearing

_SUGGESTED = {"en": "vosk-model-small-en-us-0.15", "zh": "vosk-model-small-cn-0.22"}


class PooledRecognizer:
    """All engines of a node over one pool of processes (`core.ports.Recognizer`)."""

    def __init__(
        self,
        settings: AsrSettings,
        vosk: Mapping[str, VoskModel],
        pool: Callable[[Mapping[str, Any]], WorkerPool] | None = None,
    ) -> None:
        """`vosk`: a checked model folder by language. `pool` makes another than that of worker
        processes, from the engines' configuration. Raises nothing."""
        self._settings = settings
        self._vosk = dict(vosk)
        self._sphinx = settings.pocketsphinx and "en" not in vosk
        self.pool = pool(self._config()) if pool else self._processes()

    def engine(self, language: str) -> str:
        """`vosk`, `pocketsphinx`, or empty where the language is not heard."""
        if language in self._vosk:
            return "vosk"
        return "pocketsphinx" if language == "en" and self._sphinx else ""

    def available(self, language: str) -> bool:
        """Speech of this language is heard."""
        return bool(self.engine(language))

    def identity(self, language: str) -> dict[str, str]:
        """Engine, model and the model's fingerprint. Reads parts of its files."""
        engine = self.engine(language)
        path = self._vosk[language].path if engine == "vosk" else model_path()
        return {"engine": engine, "model": path.name, "fingerprint": fingerprint(path)}

    async def start(self) -> None:
        """Start the workers; returns when all can hear. Raises `EngineError`."""
        await self.pool.start()

    async def close(self) -> None:
        """End the workers."""
        await self.pool.close()

    def hear(self, expectation: Expectation) -> Hearing:
        """A new utterance."""
        engine = self.engine(expectation.language)
        if engine == "vosk" and expectation.speech:
            model = self._vosk[expectation.language]
            phrases = compile_list(expectation, model.vocabulary) if model.takes_grammars else []
            return VoskHearing(self.pool, expectation.language, phrases)
        if engine and expectation.speech:
            grammar = compile_jsgf(expectation)
            return PocketSphinxHearing(self.pool, grammar, self._settings, expectation.confirm)
        return DeafHearing(expectation.language)

    def unheard(self, expectation: Expectation) -> list[str]:
        """What of an expectation its engine cannot recognize, for start-up checks: words, and
        `{slot}` for a slot that needs dictation."""
        engine = self.engine(expectation.language)
        if engine == "vosk":
            return unknown_words(expectation, self._vosk[expectation.language].vocabulary)
        if not engine:
            return []
        dictated = [f"{{{s.name}}}" for s in expectation.slots if s.type is SlotType.TEXT]
        return [*check_vocabulary(expectation), *dictated]

    def warm(self, expectations: Sequence[Expectation]) -> None:
        """Compile grammars in the workers ahead of the first call; returns at once."""
        for expectation in expectations:
            if self.engine(expectation.language) == "pocketsphinx":
                grammar = compile_jsgf(expectation)
                header = {"engine": "pocketsphinx", "grammar": grammar.key, "rate": 8_000}
                message = Message(header, (grammar.encode(), b""))
                if grammar.hears:
                    self.pool.submit_to_all(message, Urgency.BACKGROUND)

    def _processes(self) -> WorkerPool:
        settings = self._settings
        return WorkerPool(
            self._config(),
            size=settings.workers,
            deadline_ms=settings.deadline_ms,
            start_deadline_ms=settings.start_deadline_ms,
        )

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "vosk": {language: str(model.path) for language, model in self._vosk.items()}
        }
        if self._sphinx:
            config["pocketsphinx"] = {
                "gain": self._settings.gain,
                "grammars": self._settings.grammars,
            }
        return config


def build(settings: AsrSettings, catalog: Catalog | None = None) -> PooledRecognizer:
    """The recognizer of a node: Vosk where a sound model folder is configured or fetched, else
    PocketSphinx for English. Raises `ConfigError` with every configured folder that is missing
    or broken, and the command that mends it. Without `catalog`, that of `models_dir`."""
    catalog = catalog or load_catalog(settings.models_dir)
    return PooledRecognizer(settings, chosen_folders(settings, catalog))


def missing_reason(language: str) -> str:
    """Why a language is not heard and what to do, for the operator at start-up."""
    model = _SUGGESTED.get(language)
    way = f"run `voicebot models fetch {model}`" if model else "put a Vosk model in `asr_models/`"
    return f"speech in `{language}` is not recognized, callers use keys: {way}"
