"""The recognizers' engines in this very process: for replays, which wait for nothing.

A job is done when it is submitted, so that what is recognized never depends on how fast that was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.asr import wire
from voicebot.asr.jobs import Job, Urgency
from voicebot.asr.models.catalog import load_catalog
from voicebot.asr.models.folder import chosen_folders
from voicebot.asr.recognizer import PooledRecognizer
from voicebot.asr.settings import AsrSettings
from voicebot.asr.worker_main import Engine, load
from voicebot.asr.workers import WorkerPool


class InProcessPool(WorkerPool):
    """A pool without processes. Its engines are loaded when the first job wants them."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(config, size=1)
        self._engines_of = config
        self._engines: Mapping[str, Engine] | None = None

    async def start(self) -> None:
        """Nothing is to be started."""

    async def close(self) -> None:
        """Nothing is to be ended."""

    def submit(
        self,
        build: Callable[[int], wire.Message],
        urgency: Urgency,
        pinned: Callable[[], int | None] = lambda: None,
    ) -> Job:
        """Do a job. Its result raises `EngineError`."""
        job = Job.of(build, urgency, pinned, started=True)
        if self._engines is None:
            self._engines = load(self._engines_of)
        message = build(0)
        try:
            job.result.set_result(self._engines[message.header["engine"]].handle(message))
        except Exception as error:
            # An engine's fault fails its job, as in a worker process.
            job.fail(f"{type(error).__name__}: {error}")
        return job


def build_in_process(settings: AsrSettings) -> PooledRecognizer:
    """As `recognizer.build`, without worker processes. Raises `ConfigError`."""
    folders = chosen_folders(settings, load_catalog(settings.models_dir))
    return PooledRecognizer(settings, folders, pool=InProcessPool)
