"""Sound for sentences: from memory, from disk, or made by the workers, each once.

No tasks: a request is a future that the workers fulfil, so a sentence can be ordered ahead and
left alone when nobody wants it any more.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from voicebot.core.audio import Pcm
from voicebot.tts.disk_cache import DiskCache
from voicebot.tts.memory_cache import MemoryCache
from voicebot.tts.settings import TtsSettings
from voicebot.tts.wire import Job
from voicebot.tts.workers import Workers

_FORMAT = 2
"""Raised when sound made earlier is no longer what would be made now."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the sound of a sentence may be kept."""

    memory: bool
    disk: bool


class Studio:
    """Caches before the workers, and single flight: equal requests at one time are one job."""

    def __init__(self, settings: TtsSettings, workers: Workers) -> None:
        self._workers = workers
        self._memory = MemoryCache(settings.memory_cache_mb * 1_000_000)
        folder, size = settings.cache_folder, settings.disk_cache_mb * 1_000_000
        self._disk = DiskCache(folder, size) if folder and size else None
        self._running: dict[str, asyncio.Future[Pcm]] = {}

    def order(self, job: Job, keeping: Keeping, *, urgent: bool = True) -> asyncio.Future[Pcm]:
        """The job's sound, or `EngineError`. The future may be shared: shield it when waiting."""
        key = self._key(job)
        kept = self._kept(key, keeping)
        if kept is not None:
            ready: asyncio.Future[Pcm] = asyncio.get_running_loop().create_future()
            ready.set_result(kept)
            return ready
        if key not in self._running:
            made = self._workers.submit(job, urgent=urgent)
            self._running[key] = made
            made.add_done_callback(lambda _: self._running.pop(key, None))
        made = self._running[key]
        made.add_done_callback(lambda future: self._keep(key, keeping, future))
        return made

    def _kept(self, key: str, keeping: Keeping) -> Pcm | None:
        pcm = self._memory.get(key)
        if pcm is None and keeping.disk and self._disk is not None:
            pcm = self._disk.get(key)
            if pcm is not None:
                self._memory.put(key, pcm)
        return pcm

    def _keep(self, key: str, keeping: Keeping, made: asyncio.Future[Pcm]) -> None:
        if made.cancelled() or made.exception():
            return
        if keeping.memory:
            self._memory.put(key, made.result())
        if keeping.disk and self._disk is not None:
            self._disk.put(key, made.result())

    def _key(self, job: Job) -> str:
        """All that the sound depends on, so that nothing stale is ever found."""
        parts = (_FORMAT, self._workers.hello.version, job)
        return hashlib.sha256(repr(parts).encode()).hexdigest()
