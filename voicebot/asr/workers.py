"""A pool of recognizer processes.

    run(job) ─▶ waiting jobs, most urgent first ─▶ a free worker (or the one it is pinned to)
                          ▲                             │ answered ─▶ result
                          └─── on another worker ───────┘ died, stuck ─▶ killed and replaced

A final reading goes before a partial one. A job that fails again, or waits too long, raises
`EngineError`; nothing that happens to a worker reaches a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from voicebot.asr import wire
from voicebot.core.errors import EngineError
from voicebot.core.tally import Tally
from voicebot.workers.deadline import in_time

log = logging.getLogger(__name__)

_AHEAD_DEADLINE_S = 10.0
"""For work that nobody waits for: on a busy machine a big grammar takes longer to compile than
a caller would wait, and a killed worker would lose all that it has compiled."""

_STUCK, _DIED, _GIVEN_UP = 3, 2, 6
"""A job is given up after two workers were stuck with it, or three died: workers may die together,
for want of memory, without the job's doing."""

_TOO_LONG_S = 0.8
"""A caller who has waited so long for a worker, and then waits for the decode, notices."""

_RESPAWN_PAUSE_S = 1.0
"""After a worker that did not even start, so that a broken model does not spin."""


class Urgency(IntEnum):
    """Which job goes first."""

    FINAL = 0
    PARTIAL = 1
    BACKGROUND = 2


@dataclass(eq=False, slots=True)
class Job:
    """One question to a worker."""

    build: Callable[[int], wire.Message]
    """The message, for the worker of that number."""
    urgency: Urgency
    result: asyncio.Future[Mapping[str, Any] | None]
    """The answer; None where the job was dropped."""
    pinned: Callable[[], int | None] = lambda: None
    """The worker that must do it, if it lives; asked whenever a worker is free."""
    failures: int = 0
    """By weight, see `_GIVEN_UP`."""
    started: bool = False
    queued_s: float = field(default_factory=time.monotonic)

    def drop(self) -> None:
        """Nobody waits for it any more. What runs already runs to its end."""
        if not self.started and not self.result.done():
            self.result.set_result(None)


@dataclass(eq=False, slots=True)
class _Worker:
    number: int
    """Unique in the pool's life."""
    process: asyncio.subprocess.Process
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    """A job may be there."""


class _WorkerLost(Exception):
    """Died, stuck or out of step."""


@dataclass(slots=True)
class PoolCounts:
    """What a pool has done since its start."""

    waited: Tally = field(default_factory=Tally)
    """Jobs that a call waits for, from their being queued to their start."""
    decoded: Tally = field(default_factory=Tally)
    """The same jobs, from their start to the answer."""
    sound_s: float = 0.0
    """Sound in jobs of any urgency."""
    decode_s: float = 0.0
    """Time that the jobs with sound in them took; by `sound_s` it is the real-time factor."""
    failed: int = 0
    """Jobs that were given up, or that an engine refused."""
    restarts: int = 0
    """Workers that were lost and replaced."""


class WorkerPool:
    """`size` processes, each with all of `config`'s engines."""

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        size: int = 0,
        deadline_ms: int = 1_500,
        start_deadline_ms: int = 60_000,
    ) -> None:
        """`config`: see `worker_main`. `size` 0: one a core. Deadlines are for one job and for
        the loading of the models."""
        self._config = json.dumps(config)
        self._size = size or os.cpu_count() or 1
        self._deadline_s = deadline_ms / 1000
        self._start_deadline_s = start_deadline_ms / 1000
        self._numbers = itertools.count()
        self._jobs: list[Job] = []
        self._workers: dict[int, _Worker] = {}
        self._runners: list[asyncio.Task[None]] = []
        self.counts = PoolCounts()

    @property
    def size(self) -> int:
        """Workers that there should be."""
        return self._size

    @property
    def waiting(self) -> int:
        """Jobs that a call waits for and no worker has begun."""
        urgent = (job for job in self._jobs if job.urgency is not Urgency.BACKGROUND)
        return sum(not job.result.done() for job in urgent)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that are up."""
        return [worker.process.pid for worker in self._workers.values()]

    def pid_of(self, number: int) -> int:
        """Process id of one worker. Raises `KeyError` for one that is gone."""
        return self._workers[number].process.pid

    async def start(self) -> None:
        """Start the workers; returns when all are ready. Raises `EngineError`."""
        started = await asyncio.gather(
            *(self._spawn() for _ in range(self._size)), return_exceptions=True
        )
        failed = [worker for worker in started if isinstance(worker, BaseException)]
        if failed:
            await asyncio.gather(*(_end(w) for w in started if isinstance(w, _Worker)))
            raise EngineError(f"speech recognition does not start: {failed[0]}")
        self._runners = [
            asyncio.create_task(self._serve_slot(worker), name="asr worker")
            for worker in started
            if isinstance(worker, _Worker)
        ]

    async def close(self) -> None:
        """End all workers; jobs that wait raise `EngineError`."""
        for runner in self._runners:
            runner.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)
        self._runners.clear()
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            _fail(job, "speech recognition is stopped")

    def submit(
        self,
        build: Callable[[int], wire.Message],
        urgency: Urgency,
        pinned: Callable[[], int | None] = lambda: None,
    ) -> Job:
        """Queue a job. Never blocks. Its result raises `EngineError`."""
        result = asyncio.get_running_loop().create_future()
        job = Job(build, urgency, result, pinned)
        # Whoever dropped the job need not look at what became of it.
        result.add_done_callback(lambda future: future.cancelled() or future.exception())
        if self._runners:
            self._queue(job)
        else:
            _fail(job, "speech recognition is not running")
        return job

    def submit_to_all(self, message: wire.Message, urgency: Urgency) -> list[Job]:
        """The same job for every worker that is up now."""

        def to(number: int) -> Job:
            return self.submit(lambda _: message, urgency, lambda: number)

        return [to(number) for number in list(self._workers)]

    async def answer(self, job: Job) -> Mapping[str, Any] | None:
        """Wait for a job that others may wait for too. Raises `EngineError`, also when it takes
        longer than two tries may."""
        try:
            async with asyncio.timeout(2 * self._deadline_s + 0.5):
                return await asyncio.shield(job.result)
        except TimeoutError:
            job.drop()
            raise EngineError("speech recognition is too slow") from None

    def _queue(self, job: Job) -> None:
        self._jobs.append(job)
        for worker in self._workers.values():
            worker.wake.set()

    async def _serve_slot(self, first: _Worker) -> None:
        """Keep one worker at work, replacing it as it fails."""
        worker: _Worker | None = first
        try:
            while True:
                worker = worker or await self._respawn()
                try:
                    await self._serve(worker)
                except _WorkerLost as error:
                    self.counts.restarts += 1
                    log.warning("recognizer process replaced", extra={"reason": str(error)})
                await asyncio.shield(_end(worker))
                self._forget(worker)
                worker = None
        finally:
            if worker is not None:
                self._forget(worker)
                await _end(worker)

    async def _serve(self, worker: _Worker) -> None:
        while True:
            job = await self._next(worker)
            if _has_exited(worker.process.pid):
                self._forget(worker)
                self._queue(job)
                raise _WorkerLost("exited while idle")
            job.started = True
            try:
                asked = self._timed(worker, job)
                answer = await in_time(asked, worker.process.pid, self._deadline_of(job))
            except (TimeoutError, OSError, asyncio.IncompleteReadError, wire.WireError) as error:
                self._forget(worker)
                self._retry(job, _STUCK if isinstance(error, TimeoutError) else _DIED)
                raise _WorkerLost(type(error).__name__) from error
            except asyncio.CancelledError:
                _fail(job, "speech recognition is stopped")
                raise
            if "error" in answer.header:
                self.counts.failed += 1
                _fail(job, str(answer.header["error"]))
            elif not job.result.done():
                job.result.set_result(answer.header["result"])

    def _deadline_of(self, job: Job) -> float:
        if job.urgency is Urgency.BACKGROUND:
            return max(self._deadline_s, _AHEAD_DEADLINE_S)
        return self._deadline_s

    def _retry(self, job: Job, cost: int) -> None:
        job.failures += cost
        job.started = False
        if job.failures >= _GIVEN_UP:
            self.counts.failed += 1
            _fail(job, "speech recognition failed again and again")
        else:
            self._queue(job)

    async def _timed(self, worker: _Worker, job: Job) -> wire.Message:
        """Ask, and count how long it took where a call waits for it."""
        began_s, message = time.monotonic(), job.build(worker.number)
        answer = await self._ask(worker, message)
        took_s = time.monotonic() - began_s
        if message.sound_s:
            self.counts.sound_s += message.sound_s
            self.counts.decode_s += took_s
        if job.urgency is not Urgency.BACKGROUND:
            self.counts.waited.add(began_s - job.queued_s)
            self.counts.decoded.add(took_s)
        return answer

    async def _ask(self, worker: _Worker, message: wire.Message) -> wire.Message:
        stdin, stdout = worker.process.stdin, worker.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(wire.encode(message))
        await stdin.drain()
        return await wire.read(stdout)

    async def _next(self, worker: _Worker) -> Job:
        """The most urgent job that this worker may do."""
        while True:
            worker.wake.clear()
            self._jobs = [job for job in self._jobs if not job.result.done()]
            mine = [job for job in self._jobs if self._may(worker, job)]
            if mine:
                job = _most_urgent(mine)
                self._jobs.remove(job)
                return job
            died = asyncio.ensure_future(worker.process.wait())
            woken = asyncio.ensure_future(worker.wake.wait())
            try:
                await asyncio.wait({died, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
                died.cancel()
            if worker.process.returncode is not None:
                raise _WorkerLost("exited while idle")

    def _may(self, worker: _Worker, job: Job) -> bool:
        pinned = job.pinned()
        return pinned is None or pinned == worker.number or pinned not in self._workers

    async def _respawn(self) -> _Worker:
        while True:
            try:
                return await self._spawn()
            except EngineError as error:
                log.error("recognizer process does not start", extra={"reason": str(error)})
                await asyncio.sleep(_RESPAWN_PAUSE_S)

    async def _spawn(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "voicebot.asr.worker_main",
            self._config,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
            # Out of reach of Ctrl-C, but in our session: Linux weighs sessions against each other,
            # and a process's niceness only within its own (sched(7), autogroup).
            process_group=0,
            env=_environment(),
        )
        worker = _Worker(next(self._numbers), process)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._start_deadline_s):
                await wire.read(process.stdout)
        except (TimeoutError, asyncio.IncompleteReadError, wire.WireError):
            await _end(worker)
            raise EngineError("a recognizer process ended while loading its models") from None
        except asyncio.CancelledError:
            await _end(worker)
            raise
        self._workers[worker.number] = worker
        return worker

    def _forget(self, worker: _Worker) -> None:
        """Jobs pinned to it are free for the others now."""
        self._workers.pop(worker.number, None)
        for other in self._workers.values():
            other.wake.set()


def _most_urgent(jobs: Sequence[Job]) -> Job:
    """The oldest of the most urgent; where it waits too long already, the youngest: there is more
    to do than can be done, and in order of age every answer would come too late."""
    first = min(jobs, key=lambda job: job.urgency)
    if time.monotonic() - first.queued_s <= _TOO_LONG_S or first.urgency is Urgency.BACKGROUND:
        return first
    return [job for job in jobs if job.urgency is first.urgency][-1]


def _fail(job: Job, reason: str) -> None:
    if not job.result.done():
        job.result.set_exception(EngineError(reason))


def _has_exited(pid: int) -> bool:
    """Known at once, where asyncio's own notice comes later; the job that was about to be given
    is none the worse for it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _environment() -> dict[str, str]:
    """The worker finds this very package, and computes on one core."""
    package_root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


async def _end(worker: _Worker) -> None:
    """Killed, not asked: a worker holds nothing that must be saved."""
    with contextlib.suppress(ProcessLookupError):
        worker.process.kill()
    await worker.process.wait()
