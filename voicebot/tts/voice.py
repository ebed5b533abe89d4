"""The bot's voice: the port `core.ports.Voice` over recordings, caches and workers.

While one sentence plays, the next is made:

    await A ─▶ yield A ─▶ await B ─▶ yield B ...
    order A, B         order C
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

from voicebot.audio.tones import tone
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm
from voicebot.core.errors import EngineError
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.prompts.runs import Style
from voicebot.prompts.spoken import as_said
from voicebot.prompts.text import Piece, pieces_of, words_of
from voicebot.prompts.wording import primary_tag
from voicebot.tts.memory_cache import MemoryCache
from voicebot.tts.recorded import load_recording
from voicebot.tts.settings import DEFAULT_WORDS_PER_MINUTE, TtsSettings
from voicebot.tts.spans import by_language
from voicebot.tts.studio import Keeping, Studio
from voicebot.tts.wire import USUAL_PITCH, Job
from voicebot.tts.workers import Workers

log = logging.getLogger(__name__)

_AHEAD = 1
"""Sentences that are ordered before they are needed."""
_TONE_HZ = (350, 440)
_TONE_MS = 400

Today = Callable[[], date]
Progress = Callable[[int, int], None]
"""Called with how many prompts are done, and of how many."""


class PromptVoice:
    """Speaks prompts. `start` before use and `close` after it, on one event loop."""

    def __init__(
        self,
        settings: TtsSettings,
        catalogue: Catalogue,
        workers: Workers,
        today: Today | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        """`at_once`: recordings are read on the spot, and not by a thread."""
        self._settings = settings
        self._catalogue = catalogue
        self._workers = workers
        self._studio = Studio(settings, workers)
        self._recordings = MemoryCache(settings.memory_cache_mb * 1_000_000)
        self._today = today
        self._at_once = at_once
        self._apologies: dict[tuple[str, int], Pcm] = {}

    @property
    def workers(self) -> Workers:
        """The pool of processes, for whoever watches it."""
        return self._workers

    async def start(self) -> None:
        """Start the workers and make the apologies. Raises `EngineError` when there is no
        synthesis on this machine, `ConfigError` for an unknown voice."""
        await self._workers.start()
        for language, text in self._settings.apologies.items():
            prompt = Prompt((text,), language, self._settings.apology_id)
            for rate in (NARROWBAND, WIDEBAND):
                try:
                    parts = [part async for part in self.speak(prompt, rate)]
                except EngineError as error:
                    log.warning("no spoken apology", extra={"reason": str(error)})
                    continue
                self._apologies[language, rate] = Pcm.join(parts, rate)

    async def close(self) -> None:
        """End the workers; whoever waits for a sentence gets an `EngineError`."""
        await self._workers.close()

    async def speak(self, prompt: Prompt, rate: int) -> AsyncGenerator[Pcm, None]:
        """The prompt's audio at `rate` Hz, sentence by sentence. Raises `EngineError`."""
        path = self._catalogue.recording(prompt)
        if path is not None:
            yield await self._recorded(path, rate)
            return
        ordered: deque[tuple[Piece, list[asyncio.Future[Pcm]]]] = deque()
        for piece in self._pieces(prompt):
            ordered.append((piece, self._order(piece, prompt, rate)))
            if len(ordered) > _AHEAD:
                yield await self._made(*ordered.popleft(), rate)
        while ordered:
            yield await self._made(*ordered.popleft(), rate)

    def text(self, prompt: Prompt) -> str:
        """The words that are spoken, values worded."""
        return words_of(prompt, today=self._now())

    def fallback(self, language: str, rate: int) -> Pcm:
        """What can always be played: the apology in `language`, made at start; two short tones
        where there is none. Needs no synthesis and never fails."""
        apology = self._apologies.get((primary_tag(language), rate))
        if apology is not None and len(apology):
            return apology
        sound = tone(_TONE_HZ, _TONE_MS, rate, self._settings.level_db)
        return Pcm.join((sound, Pcm.silence(_TONE_MS / 2, rate), sound), rate)

    async def warm(
        self,
        prompts: Iterable[Prompt],
        rates: Iterable[int] = (NARROWBAND,),
        progress: Progress | None = None,
    ) -> int:
        """Make the sound of static prompts ahead of the calls, which go first. Returns how many
        prompts could not be made; they are logged by id."""
        jobs = [(p, r) for p in dict.fromkeys(prompts) if p.is_static for r in rates]
        failed = 0
        for done, (prompt, rate) in enumerate(jobs, start=1):
            try:
                await self._warm_one(prompt, rate)
            except EngineError as error:
                failed += 1
                log.warning("not warmed", extra={"prompt": prompt.id, "reason": str(error)})
            if progress is not None:
                progress(done, len(jobs))
        return failed

    async def _warm_one(self, prompt: Prompt, rate: int) -> None:
        path = self._catalogue.recording(prompt)
        if path is not None:
            await self._recorded(path, rate)
            return
        for piece in self._pieces(prompt):
            await self._made(piece, self._order(piece, prompt, rate, urgent=False), rate)

    async def _recorded(self, path: Path, rate: int) -> Pcm:
        key = f"{path}@{rate}"
        pcm = self._recordings.get(key)
        if pcm is None:
            level_db = self._settings.level_db
            load = partial(load_recording, path, rate=rate, level_db=level_db)
            pcm = load() if self._at_once else await asyncio.to_thread(load)
            self._recordings.put(key, pcm)
        return pcm

    def _pieces(self, prompt: Prompt) -> tuple[Piece, ...]:
        return pieces_of(prompt, today=self._now())

    def _now(self) -> date | None:
        return self._today() if self._today else None

    def _order(
        self, piece: Piece, prompt: Prompt, rate: int, *, urgent: bool = True
    ) -> list[asyncio.Future[Pcm]]:
        """A future for each part of the piece that one voice says; none for a mere pause."""
        keeping = Keeping(memory=piece.is_static or not prompt.secret, disk=piece.is_static)
        said = as_said(piece.text, piece.style.language)
        return [
            self._studio.order(self._job(text, tag, piece.style, rate), keeping, urgent=urgent)
            for text, tag in by_language(said, piece.style.language)
            if text
        ]

    def _job(self, text: str, tag: str, style: Style, rate: int) -> Job:
        voice = self._settings.voices.get(tag)
        if voice is None:
            raise EngineError(
                f"there is no voice for the language {tag!r}: name one under voices "
                f"(there are {', '.join(sorted(self._settings.voices))})"
            )
        pace = self._settings.words_per_minute.get(tag, DEFAULT_WORDS_PER_MINUTE)
        level_db = self._settings.level_db + style.volume_db
        pitch = round(USUAL_PITCH * style.pitch)
        return Job(text, voice, round(pace * style.rate), rate, level_db, pitch)

    async def _made(self, piece: Piece, parts: list[asyncio.Future[Pcm]], rate: int) -> Pcm:
        try:
            async with asyncio.timeout(self._settings.give_up_ms / 1000):
                # A part may be shared with another call, which is not to lose it when we leave.
                sounds = [await asyncio.shield(part) for part in parts]
        except TimeoutError as error:
            raise EngineError("synthesis is too slow") from error
        return Pcm.join([*sounds, Pcm.silence(piece.pause_ms, rate)], rate)


def build(
    settings: TtsSettings, catalogue: Catalogue, *, today: Today | None = None
) -> PromptVoice:
    """A voice, not started yet. With `today`, near days are said by name ("tomorrow")."""
    return PromptVoice(settings, catalogue, Workers(settings), today)
