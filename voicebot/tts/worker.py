"""One worker process and its pipes, seen from the owner's side."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence

from voicebot.core.audio import Pcm
from voicebot.core.errors import EngineError
from voicebot.tts.wire import Hello, Job, answer_of, hello_of, to_line
from voicebot.workers.deadline import in_time
from voicebot.workers.environment import environment

_BROKEN = (ValueError, TypeError, OSError, EOFError, asyncio.LimitOverrunError)
"""What comes of pipes whose other end is gone, or talks nonsense."""

START_MS = 15_000
"""The longest that a worker may take to be ready, on a core of its own; it takes 0.4 s."""
_STOP_MS = 500

COMMAND = (sys.executable, "-m", "voicebot.tts.worker_main")


class Hung(EngineError):
    """The process did not answer in time."""


class JobFailed(EngineError):
    """The worker lives and says no: the same job fails on any other worker too."""


class Worker:
    """A process that synthesizes one job at a time."""

    def __init__(self, process: asyncio.subprocess.Process, hello: Hello) -> None:
        self._process = process
        self.hello = hello
        self.jobs_done = 0

    @classmethod
    async def start(cls, voices: Sequence[str], command: Sequence[str] = COMMAND) -> Worker:
        """A process that is ready. Raises `EngineError`, with nothing left behind."""
        process = await asyncio.create_subprocess_exec(
            *command,
            *voices,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        worker = cls(process, Hello())
        try:
            worker.hello = hello_of(await in_time(worker._line(), process.pid, START_MS / 1000))
        except (TimeoutError, *_BROKEN) as error:
            await worker.kill()
            raise EngineError("a synthesis worker did not start") from error
        except BaseException:
            await worker.kill()
            raise
        if worker.hello.error:
            await worker.kill()
            raise EngineError(f"synthesis cannot start: {worker.hello.error}")
        return worker

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """The process has not ended, as far as is known."""
        return self._process.returncode is None

    async def ended(self) -> None:
        """Returns when the process is gone."""
        await self._process.wait()

    async def run(self, job: Job, deadline_ms: int) -> Pcm:
        """The job's sound. Raises `JobFailed`; or `EngineError` when the process hung or died,
        after which it is of no more use and must be killed."""
        try:
            return await in_time(self._exchange(job), self.pid, deadline_ms / 1000)
        except TimeoutError as error:
            raise Hung("a synthesis worker hung") from error
        except _BROKEN as error:
            raise EngineError("a synthesis worker died") from error

    async def _exchange(self, job: Job) -> Pcm:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(to_line(job))
        await stdin.drain()
        answer = answer_of(await self._line())
        self.jobs_done += 1
        if answer.error:
            raise JobFailed(answer.error)
        return Pcm.from_bytes(await stdout.readexactly(answer.size), job.rate)

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        return await self._process.stdout.readuntil(b"\n")

    async def kill(self) -> None:
        """End the process at once; returns when it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Let an idle process end by itself, else kill it; returns when it is gone."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_MS / 1000):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
