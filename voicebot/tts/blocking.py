"""Synthesis that is waited for: one worker process, asked and answered on the spot.

For replays, whose time stands still meanwhile.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from datetime import date

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts.settings import TtsSettings
from voicebot.tts.voice import PromptVoice
from voicebot.tts.wire import Job, answer_of, hello_of, to_line
from voicebot.tts.worker import COMMAND
from voicebot.tts.workers import Workers
from voicebot.workers.environment import environment


class BlockingWorkers(Workers):
    """A pool of one process, started when the first sentence wants it."""

    def __init__(self, settings: TtsSettings) -> None:
        super().__init__(settings)
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Nothing yet."""

    async def close(self) -> None:
        """End the process."""
        self.stop()

    def ready(self) -> None:
        """Start the process, where it is not up: sentences in caches are known by its version.
        Raises `EngineError`."""
        if self._process is None:
            self._begin()

    def stop(self) -> None:
        """End the process; harmless where there is none."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def submit(self, job: Job, *, urgent: bool = True) -> asyncio.Future[Pcm]:
        """Make the sound now; the future is done."""
        result: asyncio.Future[Pcm] = asyncio.get_running_loop().create_future()
        try:
            result.set_result(self._made(job))
        except (EngineError, OSError, ValueError, TypeError) as error:
            result.set_exception(EngineError(f"synthesis failed: {type(error).__name__}"))
            result.exception()
        return result

    def _made(self, job: Job) -> Pcm:
        process = self._process or self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(to_line(job))
        process.stdin.flush()
        answer = answer_of(process.stdout.readline())
        if answer.error:
            raise EngineError(answer.error)
        return Pcm.from_bytes(process.stdout.read(answer.size), job.rate)

    def _begin(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [*COMMAND, *self._voices],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        assert self._process.stdout is not None
        self.hello = hello_of(self._process.stdout.readline())
        if self.hello.error:
            raise EngineError(self.hello.error)
        return self._process


def build_blocking(
    settings: TtsSettings, catalogue: Catalogue, today: Callable[[], date]
) -> tuple[PromptVoice, BlockingWorkers]:
    """A voice that needs no start, and what is to be stopped after it."""
    workers = BlockingWorkers(settings)
    return PromptVoice(settings, catalogue, workers, today, at_once=True), workers
