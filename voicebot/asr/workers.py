"""A pool of recognizer processes.

    run(job) ─▶ waiting jobs, most urgent first ─▶ a free worker (or the one it is pinned to)
                          ▲                             │ answered ─▶ result
                          └─── on another worker ───────┘ died, stuck ─▶ killed and replaced

A final reading goes before a partial one. A job that fails again, or waits too long, raises
`EngineError`; nothing that happens to a worker reaches a call.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.asr import wire
from voicebot.asr.jobs import DIED, GIVEN_UP, STUCK, Job, Urgency, most_urgent
from voicebot.asr.worker import Worker, WorkerLost, spawn
from voicebot.core.errors import EngineError
from voicebot.core.tally import Tally
from voicebot.workers.deadline import in_time

log = logging.getLogger(__name__)

_AHEAD_DEADLINE_S = 10.0
"""For work that nobody waits for: on a busy machine a big grammar takes longer to compile than
a caller would wait, and a killed worker would lose all that it has compiled."""

_RESPAWN_PAUSE_S = 1.0
"""After a worker that did not even start, so that a broken model does not spin."""


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
        self._workers: dict[int, Worker] = {}
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
        return [worker.pid for worker in self._workers.values()]

    def pid_of(self, number: int) -> int:
        """Process id of one worker. Raises `KeyError` for one that is gone."""
        return self._workers[number].pid

    async def start(self) -> None:
        """Start the workers; returns when all are ready. Raises `EngineError`."""
        started = await asyncio.gather(
            *(self._spawn() for _ in range(self._size)), return_exceptions=True
        )
        failed = [worker for worker in started if isinstance(worker, BaseException)]
        if failed:
            await asyncio.gather(*(w.end() for w in started if isinstance(w, Worker)))
            raise EngineError(f"speech recognition does not start: {failed[0]}")
        self._runners = [
            asyncio.create_task(self._serve_slot(worker), name="asr worker")
            for worker in started
            if isinstance(worker, Worker)
        ]

    async def close(self) -> None:
        """End all workers; jobs that wait raise `EngineError`."""
        for runner in self._runners:
            runner.cancel()
        await asyncio.gather(*self._runners, return_exceptions=True)
        self._runners.clear()
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.fail("speech recognition is stopped")

    def submit(
        self,
        build: Callable[[int], wire.Message],
        urgency: Urgency,
        pinned: Callable[[], int | None] = lambda: None,
    ) -> Job:
        """Queue a job. Never blocks. Its result raises `EngineError`."""
        job = Job.of(build, urgency, pinned)
        if self._runners:
            self._queue(job)
        else:
            job.fail("speech recognition is not running")
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

    async def _serve_slot(self, first: Worker) -> None:
        """Keep one worker at work, replacing it as it fails."""
        worker: Worker | None = first
        try:
            while True:
                worker = worker or await self._respawn()
                try:
                    await self._serve(worker)
                except WorkerLost as error:
                    self.counts.restarts += 1
                    log.warning("recognizer process replaced", extra={"reason": str(error)})
                await asyncio.shield(worker.end())
                self._forget(worker)
                worker = None
        finally:
            if worker is not None:
                self._forget(worker)
                await worker.end()

    async def _serve(self, worker: Worker) -> None:
        while True:
            job = await self._next(worker)
            if worker.has_exited:
                self._forget(worker)
                self._queue(job)
                raise WorkerLost("exited while idle")
            job.started = True
            try:
                asked = self._timed(worker, job)
                answer = await in_time(asked, worker.pid, self._deadline_of(job))
            except (TimeoutError, OSError, asyncio.IncompleteReadError, wire.WireError) as error:
                self._forget(worker)
                self._retry(job, STUCK if isinstance(error, TimeoutError) else DIED)
                raise WorkerLost(type(error).__name__) from error
            except asyncio.CancelledError:
                job.fail("speech recognition is stopped")
                raise
            if "error" in answer.header:
                self.counts.failed += 1
                job.fail(str(answer.header["error"]))
            elif not job.result.done():
                job.result.set_result(answer.header["result"])

    def _deadline_of(self, job: Job) -> float:
        if job.urgency is Urgency.BACKGROUND:
            return max(self._deadline_s, _AHEAD_DEADLINE_S)
        return self._deadline_s

    def _retry(self, job: Job, cost: int) -> None:
        job.failures += cost
        job.started = False
        if job.failures >= GIVEN_UP:
            self.counts.failed += 1
            job.fail("speech recognition failed again and again")
        else:
            self._queue(job)

    async def _timed(self, worker: Worker, job: Job) -> wire.Message:
        """Ask, and count how long it took where a call waits for it."""
        began_s, message = time.monotonic(), job.build(worker.number)
        answer = await worker.ask(message)
        took_s = time.monotonic() - began_s
        if message.sound_s:
            self.counts.sound_s += message.sound_s
            self.counts.decode_s += took_s
        if job.urgency is not Urgency.BACKGROUND:
            self.counts.waited.add(began_s - job.queued_s)
            self.counts.decoded.add(took_s)
        return answer

    async def _next(self, worker: Worker) -> Job:
        """The most urgent job that this worker may do."""
        while True:
            worker.wake.clear()
            self._jobs = [job for job in self._jobs if not job.result.done()]
            mine = [job for job in self._jobs if self._may(worker, job)]
            if mine:
                job = most_urgent(mine)
                self._jobs.remove(job)
                return job
            await worker.woken()

    def _may(self, worker: Worker, job: Job) -> bool:
        pinned = job.pinned()
        return pinned is None or pinned == worker.number or pinned not in self._workers

    async def _respawn(self) -> Worker:
        while True:
            try:
                return await self._spawn()
            except EngineError as error:
                log.error("recognizer process does not start", extra={"reason": str(error)})
                await asyncio.sleep(_RESPAWN_PAUSE_S)

    async def _spawn(self) -> Worker:
        worker = await spawn(next(self._numbers), self._config, self._start_deadline_s)
        self._workers[worker.number] = worker
        return worker

    def _forget(self, worker: Worker) -> None:
        """Jobs pinned to it are free for the others now."""
        self._workers.pop(worker.number, None)
        for other in self._workers.values():
            other.wake.set()
