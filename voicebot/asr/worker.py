"""One recognizer process, as the pool has it: started, asked, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass, field

from voicebot.asr import wire
from voicebot.core.errors import EngineError
from voicebot.workers.environment import environment


class WorkerLost(Exception):
    """Died, stuck or out of step."""


@dataclass(eq=False, slots=True)
class Worker:
    """A process with its engines loaded."""

    number: int
    """Unique in the pool's life."""
    process: asyncio.subprocess.Process
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    """A job may be there."""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def has_exited(self) -> bool:
        """Known at once, where asyncio's own notice comes later; the job that was about to be given
        is none the worse for it."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    async def ask(self, message: wire.Message) -> wire.Message:
        """What it answers. Raises `OSError`, `IncompleteReadError`, `WireError`."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(wire.encode(message))
        await stdin.drain()
        return await wire.read(stdout)

    async def woken(self) -> None:
        """Wait until `wake` is set. Raises `WorkerLost` where the process ends meanwhile."""
        died = asyncio.ensure_future(self.process.wait())
        woken = asyncio.ensure_future(self.wake.wait())
        try:
            await asyncio.wait({died, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            died.cancel()
        if self.process.returncode is not None:
            raise WorkerLost("exited while idle")

    async def end(self) -> None:
        """Killed, not asked: a worker holds nothing that must be saved."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def spawn(number: int, config: str, deadline_s: float) -> Worker:
    """A worker that has loaded its models: those of `config`, see `worker_main`. Raises
    `EngineError`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "voicebot.asr.worker_main",
        config,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
        # Out of reach of Ctrl-C, but in our session: Linux weighs sessions against each other,
        # and a process's niceness only within its own (sched(7), autogroup).
        process_group=0,
        env=environment(OPENBLAS_NUM_THREADS="1"),  # it computes on one core
    )
    worker = Worker(number, process)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(deadline_s):
            await wire.read(process.stdout)
    except (TimeoutError, asyncio.IncompleteReadError, wire.WireError):
        await worker.end()
        raise EngineError("a recognizer process ended while loading its models") from None
    except asyncio.CancelledError:
        await worker.end()
        raise
    return worker
